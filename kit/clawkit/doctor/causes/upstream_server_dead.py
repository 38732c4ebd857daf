"""One of several servers behind the route is not the gateway, so a part of all requests fails."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, links
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.model.upstream import Target
from clawkit.doctor.reachable import right_ports
from clawkit.doctor.reload import reload


def judge(setup: Setup) -> Finding | None:
    found = links(setup)
    groups: dict[tuple[int, int], list[Link]] = {}
    for link in found:
        groups.setdefault((id(link.upstream), id(link.route)), []).append(link)
    for group in groups.values():
        link = group[0]
        if "ssl_preread" in link.site.settings:
            continue  # which one it is, the visitor's name decides
        live = [other for other in group if _right(setup, other)]
        dead = [other for other in group if _wrong(setup, other) and not _spare(other.target)]
        if live and dead and len(link.upstream.targets) > 1:
            return Finding(
                summary=f"the upstream has {len(link.upstream.targets)} servers, and {dead[0].target} is not the "
                f"gateway: a share of the requests goes there and fails",
                fix=Fix(f"take {dead[0].target} out: OpenClaw's state allows one gateway only", reload(link.proxy)),
                evidence=at(*(other.target.at for other in (*dead, *live))),
            )
    return None


def _right(setup: Setup, link: Link) -> bool:
    ports = right_ports(setup, link)
    return ports is not None and link.target.effective_port in ports.numbers


def _wrong(setup: Setup, link: Link) -> bool:
    """Known to be something else; what nobody explains may be a gateway of another machine."""
    ports = right_ports(setup, link)
    return ports is not None and link.target.effective_port not in ports.numbers


def _spare(target: Target) -> bool:
    return target.backup or target.down


CAUSE = Cause(
    slug="upstream-server-dead",
    title="every server of the upstream is the gateway",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"upstream-wrong-port", "upstream-name-unknown"}),
)
