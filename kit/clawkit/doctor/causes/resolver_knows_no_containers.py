"""nginx looks the gateway's name up at each request, and the name server that it was told knows no containers."""

from __future__ import annotations

from ipaddress import ip_address

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import OURS, Link, Reach, in_container, links
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        resolver = link.proxy.resolver
        looked_up = link.upstream.by_variable and link.upstream.name is None and not link.target.variable
        if link.proxy.kind is not ProxyKind.NGINX or resolver is None or not looked_up:
            continue
        bare = link.reach is Reach.NAME and OURS.search(link.target.host)
        if (in_container(link.proxy) or bare) and _dockers(link) and all(map(_public, resolver.value)):
            asked = ", ".join(resolver.value)
            failed = [f.at for f in setup.failed(FailureKind.NO_HOST) if f.upstream.split(":")[0] == link.target.host]
            return Finding(
                summary=f"nginx asks {asked} for {link.target.host}, which is a container's name: only Docker's own "
                "name server knows it",
                fix=Fix(f"resolver 127.0.0.11 valid=10s; at {resolver.at}", reload(link.proxy)),
                evidence=at(resolver.at, link.upstream.at, *failed[:1]),
            )
    return None


def _dockers(link: Link) -> bool:
    """A service of the project, or a bare name, for which no public name server has an answer."""
    return link.reach is Reach.SERVICE or (link.reach is Reach.NAME and "." not in link.target.host)


def _public(server: str) -> bool:
    """One of a network of its own may know more."""
    host, _, port = server.rpartition(":") if server.count(":") == 1 else (server, "", "")
    try:
        return ip_address((host if port else server).strip("[]")).is_global
    except ValueError:
        return False


CAUSE = Cause(
    slug="resolver-knows-no-containers",
    title="the name server that nginx asks knows the gateway's name",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"upstream-name-unknown"}),
)
