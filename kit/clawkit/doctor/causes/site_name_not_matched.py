"""No site has the name that people open, so another or the default one answers."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.fronts import fronts
from clawkit.doctor.hops import Address, chain
from clawkit.doctor.links import OURS, behind, published_as, sites
from clawkit.doctor.model.choice import choose
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.origins import PLAIN, TLS
from clawkit.doctor.public import is_address
from clawkit.doctor.reload import reload
from clawkit.doctor.sent import decided, sent

NAME = re.compile(r"^(?=.*[a-z])[a-z0-9-]+(\.[a-z0-9-]+)+$")
WELCOME = re.compile(
    r"Welcome to nginx!|Welcome to OpenResty!|Apache2 (?:Ubuntu|Debian) Default Page|Caddy works!|"
    r"HTTP Server Test Page|Congratulations! .{0,40}Nginx Proxy Manager|Test Page for the (?:Nginx|Apache|HTTP)"
)
LIVE = re.compile(r"/live/([^/]+)/")


NOWHERE = r"/<NOSRV> .*\"[A-Z]+ https?://([^/:\" ]+)"
"""HAProxy found no backend for the request's host."""
ELSEWHERE = {
    ProxyKind.CADDY: "an empty page (200)",
    ProxyKind.HAPROXY: "503",
    ProxyKind.TRAEFIK: "404",
    ProxyKind.ENVOY: "404",
}


def judge(setup: Setup) -> Finding | None:
    proxies = list({id(proxy): proxy for proxy, _ in sites(setup)}.values())
    if not proxies:
        return _welcomed(setup) if not setup.proxies else None
    for name, places in _wanted(setup).items():
        if any(_answered(setup, proxy, name) for proxy in proxies):
            continue
        proxy = proxies[0]
        served = [value for _, site in sites(setup) for value in site.names]
        if not served or name in {value.value.lower() for value in served}:
            continue
        listed = ", ".join(value.value for value in served)
        empty = ELSEWHERE.get(proxy.kind, "the default site")
        return Finding(
            summary=f"no site of OpenClaw's is named {name}, only {listed}: whoever opens {name} gets {empty}",
            fix=Fix(f"write {name} at {served[0].at}", reload(proxy)),
            evidence=at(*(value.at for value in served[:2]), *places),
        )
    return _asked_otherwise(setup) or _refused(setup)


def _refused(setup: Setup) -> Finding | None:
    """The handshake itself ends where no site has the name: ssl_reject_handshake, or Caddy without default_sni."""
    served = {value.value.lower(): value.at for _, site in sites(setup) for value in site.names}
    wild = not served or any(not name[:1].isalnum() or "*" in name for name in served)
    for one in setup.exchanges if not wild else ():
        host = (urlsplit(one.url).hostname or "").lower()
        known = one.error in ("tls-unknown-name", "tls-no-certificate") and one.vantage is Vantage.PUBLIC
        if known and host and host not in served and (is_address(host) or _related(setup, host)):
            listed = ", ".join(served)
            return Finding(
                summary=f"no site of OpenClaw's is named {host}, only {listed}: the TLS handshake for {host} ends with "
                "an alert",
                fix=Fix(f"open https://{next(iter(served))}/" if is_address(host) else
                        f"write {host} at {next(iter(served.values()))}", reload(sites(setup)[0][0])),
                evidence=at(*list(served.values())[:2], one.at),
                symptoms=(Symptom.TLS,),
            )  # fmt: skip
    return None


def _asked_otherwise(setup: Setup) -> Finding | None:
    """A proxy in front asks the one behind for another name than the visitor's, and no site there has it."""
    ours = [site for _, site in sites(setup)]
    for link in fronts(setup):
        back = behind(setup, link.proxy, link.target)
        name = next((one.value for one in link.site.names if NAME.match(one.value.lower())), "")
        host = sent(link, "host", {"host": name}).replace("$http_host", name).replace("$host", name).split(":")[0]
        port = (published_as(setup, back, link.target) if back else None) or link.target.effective_port or PLAIN
        if back is None or not name or not decided(host) or host.lower() == name.lower():
            continue
        answer = choose(back, host, port, "/", link.target.scheme == "https")
        if answer is None or not any(answer[0] is site for site in ours):
            line = link.route.headers_up.get("host")
            inner = next(site for owner, site in sites(setup) if owner is back)
            return Finding(
                summary=f'{link.proxy.kind.value} asks {link.target} for "{host}" where the visitor asked for {name}, '
                f"and {back.kind.value} there has no such site",
                fix=Fix(f"proxy_set_header Host $host; at {link.route.at}", reload(link.proxy)),
                evidence=at(line.at if line else link.route.at, link.target.at, inner.at),
            )
    return None


def _welcomed(setup: Setup) -> Finding | None:
    """Where nobody gave the configuration: the page that a fresh server shows, in place of OpenClaw's."""
    for one in setup.exchanges:
        page = WELCOME.search(one.body)
        if one.vantage is Vantage.PUBLIC and page is not None:
            host = urlsplit(one.url).hostname or "the name"
            return Finding(
                summary=f'{host} shows "{page[0]}": the request meets a default site, no site of that name',
                fix=Fix(f"a site with server_name {host} (or that name in the Caddyfile), enabled; take "
                        "the distribution's default site out", "sudo nginx -T | grep -n server_name"),
                evidence=at(one.at),
            )  # fmt: skip
    return None


def _wanted(setup: Setup) -> dict[str, list[Place]]:
    """Names that somebody opened, or that two kinds of files agree on: one alone may be another site's or outdated."""
    opened: dict[str, list[Place]] = {}
    for exchange in setup.exchanges:
        host = (urlsplit(exchange.url).hostname or "").lower()
        if exchange.vantage is Vantage.PUBLIC and exchange.status is not None and _related(setup, host):
            opened.setdefault(host, []).append(exchange.at)
    for line, match in setup.said(NOWHERE, Speaker.PROXY):
        if _related(setup, match[1].lower()):
            opened.setdefault(match[1].lower(), []).append(line.at)
    kinds: Counter[str] = Counter()
    places: dict[str, list[Place]] = {}
    for found in (_origins(setup), _certificates(setup), _below_wildcard(setup)):
        kinds.update(found.keys())
        for host, place in found.items():
            places.setdefault(host, []).append(place)
    agreed = {host: places[host] for host, count in kinds.items() if count > 1}
    return opened | {host: where for host, where in agreed.items() if host not in opened}


def _related(setup: Setup, host: str) -> bool:
    """Not just any address that somebody asked in the same session."""
    known = [value.value.lower() for _, site in sites(setup) for value in site.names] + list(_origins(setup))
    same = any(host.split(".")[-2:] == name.split(".")[-2:] for name in known)
    return bool(NAME.match(host)) and (same or OURS.search(host) is not None)


def _origins(setup: Setup) -> dict[str, Place]:
    values = [origin for gateway in setup.gateways for origin in gateway.origins or ()]
    values += [gateway.public_origin for gateway in setup.gateways if gateway.public_origin]
    hosts = {(urlsplit(value.value).hostname or "").lower(): value.at for value in values}
    return {host: where for host, where in hosts.items() if NAME.match(host) and "*" not in host}


def _below_wildcard(setup: Setup) -> dict[str, Place]:
    """Names of the gateway's list that a proxy takes in by a wildcard, where no listed one has a site of OpenClaw's."""
    listed = _origins(setup)
    if any(name.value.lower() in listed for _, site in sites(setup) for name in site.names):
        return {}
    wild = [name for proxy in setup.proxies for site in proxy.sites for name in site.names if name.value[:2] == "*."]
    return {
        host: name.at
        for host in listed
        for name in wild
        if host.endswith(name.value[1:].lower()) and host.count(".") == name.value.count(".")
    }


def _certificates(setup: Setup) -> dict[str, Place]:
    named = {}
    for _, site in sites(setup):
        found = LIVE.search(site.tls.certificate.value) if site.tls.certificate else None
        if found and site.tls.certificate and NAME.match(found[1].lower()):
            named[found[1].lower()] = site.tls.certificate.at
    return named


def _answered(setup: Setup, proxy: Proxy, name: str) -> bool:
    ours = [site for _, site in sites(setup)]
    ports = {(listener.port, listener.tls) for site in proxy.sites for listener in site.listeners}
    for port, tls in ports | {(TLS, True), (PLAIN, False)}:
        end = _led_to(proxy, Address(tls, name, port, "/"))
        if end.host.lower() != name:
            return True
        answer = choose(proxy, name, end.port, "/", end.tls)
        if answer is not None and (any(answer[0] is site for site in ours) or _hands_on(answer[0].names, name)):
            return True
    return False


def _led_to(proxy: Proxy, start: Address) -> Address:
    """Where its redirects end: that plain HTTP goes on to HTTPS says nothing about who answers there."""
    return ([start, *(there for _, _, there in chain(proxy, start, False))])[-1]


def _hands_on(names: tuple[object, ...], name: str) -> bool:
    """A site of that very name, for instance the one that redirects www to the bare name."""
    return any(getattr(value, "value", "").lower() == name for value in names)


CAUSE = Cause(
    slug="site-name-not-matched",
    title="a site of OpenClaw's has the name that people open",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WRONG_SITE, Symptom.BLANK, Symptom.NOT_FOUND),
    looks_at=looks_at(Part.EXCHANGES, Part.PROXY),
    judge=judge,
    explains=frozenset({"origin-not-listed"}),
)
