"""A visitor asks by https, and no listener of the proxy speaks TLS for that name."""

from __future__ import annotations

from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.complaints import complaints
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.links import sites
from clawkit.doctor.model.choice import choose
from clawkit.doctor.model.exchange import Exchange, Vantage
from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.origins import TLS
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import is_concrete

UNHEARD = ("refused", "reset", "empty", "tls-not-tls", "tls-handshake", "tls-no-certificate", "tls-unknown-name")
WRITTEN = {ProxyKind.CADDY: "the name without http:// before it", ProxyKind.NGINX: "listen 443 ssl; with a certificate"}


def judge(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        ear = next((one for one in site.listeners if one.port == TLS and not one.tls), None)
        if proxy.kind is ProxyKind.TRAEFIK and ear is not None and not _named_with_tls(proxy, site):
            return _without_tls(proxy, site, ear)
        names = {name.value.lower() for name in site.names}
        served = any(other.serves_tls for other in proxy.sites)
        if not names or not (proxy.complete or _nothing_there(setup, names)) or has_front(setup, proxy):
            continue
        if served:
            neighbour, heard = _neighbour(proxy, site, names), complaints(setup, "tls-name")
            if neighbour is not None and heard:
                return _beside(proxy, site, neighbour, heard[0])
            continue
        seen = next((one for one in setup.exchanges if _failed(one, names)), None)
        if seen is not None:
            return _finding(proxy, site, seen)
    return None


def _nothing_there(setup: Setup, names: set[str]) -> bool:
    """Of a piece of the configuration: the gateway's list means https, and no program at all has the port."""
    listed = {entry.value.lower() for gateway in setup.gateways for entry in gateway.origins or ()}
    meant = any(f"https://{name}" in listed for name in names)
    return meant and any(_failed(one, names) and one.error == "refused" for one in setup.exchanges)


def _neighbour(proxy: Proxy, site: Site, names: set[str]) -> Site | None:
    """The site that answers in its place on the port of https."""
    if site.serves_tls:
        return None
    for name in filter(is_concrete, names):
        answer = choose(proxy, name, TLS, "/", True)
        if answer is not None and not names & {each.value.lower() for each in answer[0].names}:
            return answer[0]
    return None


def _beside(proxy: Proxy, site: Site, neighbour: Site, heard: Place) -> Finding:
    name, other = site.names[0].value, neighbour.names[0].value if neighbour.names else "another site"
    return Finding(
        summary=f"{proxy.kind.value} serves {name} by plain http only, so on port {TLS} {other} answers, with a "
        "certificate for another name",
        fix=Fix(f"{WRITTEN.get(proxy.kind, 'a router with TLS')} at {site.at}", reload(proxy)),
        evidence=at(site.at, neighbour.at, heard),
    )


def _named_with_tls(proxy: Proxy, site: Site) -> bool:
    names = {name.value for name in site.names}
    return any(other.serves_tls and names & {name.value for name in other.names} for other in proxy.sites)


def _without_tls(proxy: Proxy, site: Site, ear: Listener) -> Finding:
    return Finding(
        summary=f"the router at {site.at} has no TLS on the entry point of port {ear.port}: Traefik takes it for plain "
        "http there, and https gets its default certificate and 404",
        fix=Fix("the label traefik.http.routers.NAME.tls=true, or tls.certresolver=…, for that router", reload(proxy)),
        evidence=at(site.at, ear.at),
    )


def _failed(one: Exchange, names: set[str]) -> bool:
    parts = urlsplit(one.url)
    asked = parts.scheme in ("https", "wss") and (parts.hostname or "") in names
    return asked and one.error in UNHEARD and one.vantage in (Vantage.PUBLIC, Vantage.UNKNOWN)


def _finding(proxy: Proxy, site: Site, seen: Exchange) -> Finding:
    ears = sorted({listener.port for listener in site.listeners})
    return Finding(
        summary=f"{proxy.kind.value} serves {site.names[0].value} by plain http only (port "
        f"{', '.join(map(str, ears))}), and the visitor asks by https",
        fix=Fix(f"{WRITTEN.get(proxy.kind, 'a router with TLS')} at {site.at}", reload(proxy)),
        evidence=at(site.at, seen.at),
    )


CAUSE = Cause(
    slug="https-not-served",
    title="the proxy serves https where it is asked for",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.REFUSED, Symptom.TLS, Symptom.NOT_FOUND),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"certificate-name-mismatch"}),
)
