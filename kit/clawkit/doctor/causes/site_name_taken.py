"""Two sites claim one name on one port; nginx uses the first and warns only."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import links
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import visits


def judge(setup: Setup) -> Finding | None:
    ours = {id(link.site) for link in links(setup) if link.target.effective_port in _ports(setup)}
    for visit in visits(setup):
        if not visit.host or visit.proxy.kind is not ProxyKind.NGINX or id(visit.site) not in ours:
            continue
        answer = visit.answer("")
        if answer is None or id(answer[0]) in ours:
            continue
        other = answer[0]
        if visit.host not in [name.value.lower() for name in other.names]:
            continue
        return Finding(
            summary=f"{visit.host}:{visit.port} is claimed by {other.at} too, which comes first; "
            f"nginx ignores the one at {visit.site.at}, the only one that leads to OpenClaw",
            fix=Fix(f"take {visit.host} out of {other.at}, or merge both", reload(visit.proxy)),
            evidence=at(other.at, *(name.at for name in other.names), visit.site.at),
        )
    return None


def _ports(setup: Setup) -> frozenset[int | None]:
    """By its name alone the other application's site would be taken for OpenClaw's too."""
    return frozenset({gateway.effective_port for gateway in setup.gateways} | {DEFAULT_PORT})


CAUSE = Cause(
    slug="site-name-taken",
    title="the site's name belongs to one site alone",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WRONG_SITE, Symptom.NOT_FOUND),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"site-name-not-matched"}),
)
