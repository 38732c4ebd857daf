"""The AAAA record leads somewhere else, or to an address on which nobody listens."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from clawkit.doctor.acme import Refusal, refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.cloudflare import is_cloudflare
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import proxy_service, sites
from clawkit.doctor.model.host import DnsAnswer
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.public import is_address

SIX = re.compile(r"(?:^|[\s\[(])(?P<ip>(?:[0-9a-f]{1,4}:){2,}[0-9a-f:]*)(?=[\]\s):]|: |$)", re.IGNORECASE)


def judge(setup: Setup) -> Finding | None:
    names = {name.value.lower() for _, site in sites(setup) for name in site.names}
    for answer in setup.host.dns:
        ours = answer.name.rstrip(".").lower() in names or (not setup.proxies and _lost(setup, answer))
        if answer.kind == "AAAA" and answer.values and ours:
            place = None if is_cloudflare(answer.values[0]) else _elsewhere(setup, answer) or _unserved(setup)
            if place is not None:
                return _finding(answer.name.rstrip("."), answer.values[0], answer.at, place)
    for refusal in refusals(setup, "unauthorized", "connection", "tls", "incorrectResponse"):
        address = _address(refusal.detail)
        if address and not is_cloudflare(address) and _not_here(setup, address, refusal):
            return _finding(refusal.name or "the name", address, refusal.at, _unserved(setup) or refusal.at)
    return None


def _lost(setup: Setup, answer: DnsAnswer) -> bool:
    """Without a configuration: somebody asked that name in vain."""
    name = answer.name.rstrip(".").lower()
    asked = [one for one in setup.exchanges if urlsplit(one.url).hostname == name]
    return any(one.error in ("timeout", "refused") for one in asked)


def _address(detail: str) -> str:
    for found in SIX.finditer(detail):
        text = found["ip"].rstrip(":") if not found["ip"].endswith("::") else found["ip"]
        try:
            if ip_address(text).version == 6:
                return text
        except ValueError:
            continue
    return ""


def _global(setup: Setup) -> list[str]:
    return [text for text in setup.host.addresses if ":" in text and not text.lower().startswith(("fe80", "fd", "::1"))]


def _whole(setup: Setup) -> bool:
    """`ip address`, not only what a service on the internet said of the IPv4 side."""
    return "127.0.0.1" in setup.host.addresses or any(":" in text for text in setup.host.addresses)


def _elsewhere(setup: Setup, answer: DnsAnswer) -> Place | None:
    own = {ip_address(text) for text in _global(setup)}
    here = any(ip_address(value) in own for value in answer.values if is_address(value))
    return answer.at if _whole(setup) and not here else None


def _not_here(setup: Setup, address: str, refusal: Refusal) -> bool:
    own = _global(setup)
    if own:
        return ip_address(address) not in {ip_address(text) for text in own} or _unserved(setup) is not None
    if _unserved(setup) is not None:
        return True
    by_webroot = any(proxy.kind is ProxyKind.NGINX for proxy, _ in sites(setup))
    return not ((refusal.kind == "unauthorized" and by_webroot) or "imeout" in refusal.detail)


def _unserved(setup: Setup) -> Place | None:
    """IPv4 alone: nginx without [::] on the host, or a port that is published on 0.0.0.0 only."""
    for proxy, site in sites(setup):
        service = proxy_service(setup, proxy)
        if service is not None and not service.host_network:
            web = [port for port in service.ports if port.published in (80, 443)]
            if web and all(port.address and ":" not in port.address for port in web):
                return web[0].at
        elif proxy.kind is ProxyKind.NGINX and not any(
            each.ipv6 for other in proxy.sites for each in (*site.listeners, *other.listeners)
        ):
            return site.listeners[0].at if site.listeners else site.at
    return None


def _finding(name: str, address: str, seen: Place, place: Place) -> Finding:
    return Finding(
        summary=f"{name}'s AAAA record is {address}, where this site does not answer; the authority and most browsers "
        "try IPv6 first",
        fix=Fix(
            f"delete the AAAA record of {name}, or serve it: listen [::]:80; listen [::]:443 ssl; and publish the "
            "ports on IPv6",
            f"dig +short AAAA {name}",
        ),
        evidence=at(seen, place),
    )


CAUSE = Cause(
    slug="dns-aaaa-points-elsewhere",
    title="the AAAA record leads here",
    layer=Layer.DNS,
    hop=Hop.DNS,
    symptoms=(Symptom.NO_CERTIFICATE, Symptom.REFUSED, Symptom.WRONG_SITE),
    looks_at=looks_at(Part.LOGS, Part.HOST),
    judge=judge,
    explains=frozenset(
        {
            "acme-answered-by-other-server",
            "port80-filtered-acme-timeout",
            "dns-points-elsewhere",
            "port-80-refused",
            "acme-rate-limited",
        }
    ),
)
