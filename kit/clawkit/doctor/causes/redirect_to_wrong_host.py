"""A redirect sends the browser to a name that it cannot open: a catch-all's `_`, the proxy's loopback, a container."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.hops import Address, chain
from clawkit.doctor.links import HOST_ALIASES, LOOPBACK_NAMES
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.origins import PLAIN
from clawkit.doctor.public import is_public
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import visits


def judge(setup: Setup) -> Finding | None:
    for visit in visits(setup):
        if not visit.host:
            continue
        here = Address(visit.tls, visit.host, visit.port, visit.base)
        for start in (here, Address(False, visit.host, PLAIN, "/")):
            for _, step, there in chain(visit.proxy, start, has_front(setup, visit.proxy)):
                why = _nobody(setup, there.host, visit.host)
                if why:
                    keep = "{host}" if visit.proxy.kind is ProxyKind.CADDY else "$host"
                    return Finding(
                        summary=f"{start} is redirected to {there}, and {there.host} is {why}",
                        fix=Fix(f"redirect to https://{keep} or to {visit.host} by name at {step.at}",
                                reload(visit.proxy)),
                        evidence=at(step.at, visit.site.at),
                    )  # fmt: skip
    return None


def _nobody(setup: Setup, host: str, visited: str) -> str:
    """Why a browser that got as far as the visited name cannot open this one."""
    if host.lower() == visited.lower() or visited in LOOPBACK_NAMES or _loopback(visited):
        return ""
    if host == "_" or "*" in host:
        return "the name of a catch-all, which $server_name gives as it is written"
    if host in LOOPBACK_NAMES or _loopback(host):
        return "the visitor's own machine"
    if host in HOST_ALIASES or (setup.service(host) is not None and is_public(visited)):
        return "a name that only containers know"
    return _unlisted(setup, host.lower(), visited.lower())


def _unlisted(setup: Setup, host: str, visited: str) -> str:
    """Of the same domain, and neither a site here nor in the gateway's list, which has the name that was visited."""
    listed = {name for gateway in setup.gateways for name in _hosts(gateway)}
    named = {name.value.lower() for proxy in setup.proxies for site in proxy.sites for name in site.names}
    wild = any("*" in name or name[:1] in "~." for name in named if name not in ("_", ""))
    related = host.endswith(f".{visited}") or visited.endswith(f".{host}")
    if visited not in listed or host in listed or host in named or wild or not related:
        return ""
    return f"no site here, nor in allowedOrigins, which holds {visited}"


def _hosts(gateway: Gateway) -> set[str]:
    return {(urlsplit(entry.value).hostname or "").lower() for entry in gateway.origins or () if "://" in entry.value}


def _loopback(host: str) -> bool:
    try:
        found = ip_address(host)
    except ValueError:
        return False
    return found.is_loopback or found.is_unspecified


CAUSE = Cause(
    slug="redirect-to-wrong-host",
    title="redirects lead to a name that browsers can open",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.DNS, Symptom.REFUSED, Symptom.WRONG_SITE),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"page-not-proxied"}),
)
