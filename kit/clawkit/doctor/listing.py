"""Which origins of OpenClaw's sites the gateway's list does not hold, and which entry was probably meant for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from clawkit.doctor.forwarding import has_front
from clawkit.doctor.links import Link, links
from clawkit.doctor.listed_names import nameless
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.origins import Origin, origins
from clawkit.doctor.private import exempt
from clawkit.doctor.visit import is_concrete, socket_links

USUAL = {"http": 80, "https": 443}
BROWSER = re.compile(r"\borigin=[\"']?(https?://[^\s\"',;)]+)")


class Near(StrEnum):
    """How the entry that was meant differs."""

    FORM = "form"
    """It is no origin at all: no scheme, a path, a wildcard, an explicit usual port."""
    PORT = "port"
    """The site's port is missing from it."""
    OTHER_PORT = "other-port"
    SCHEME = "scheme"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Unlisted:
    origin: str
    gateway: Gateway
    place: Place
    near: Near
    entry: Value[str] | None
    seen: Place | None
    """The gateway's own refusal."""
    also_listed: bool
    """Another origin of the same gateway's sites is in the list: some users get in."""


def accepts(gateway: Gateway, origin: str) -> bool:
    """As origin-check of 2026.9.6: the very text in lower case, or `*`."""
    entries = {entry.value.strip().lower() for entry in gateway.origins or ()}
    fallback = gateway.host_header_fallback is not None and gateway.host_header_fallback.value
    return fallback or "*" in entries or origin.lower() in entries


def unlisted(setup: Setup) -> Iterator[Unlisted]:
    """What was seen to be refused, then what the configuration alone makes certain."""
    yield from _seen(setup)
    yield from _certain(setup)
    yield from _by_name(setup)


def _seen(setup: Setup) -> Iterator[Unlisted]:
    for line, _ in setup.said(r"origin[-_ ](?:mismatch|not[-_ ]allowed)"):
        found = BROWSER.search(line.text)
        for gateway in setup.gateways if found else ():
            if found and gateway.has_config and not gateway.unseen and not accepts(gateway, found[1]):
                host = urlsplit(found[1]).hostname or ""
                if not exempt(host) and (len(setup.gateways) == 1 or _serves(setup, gateway, host)):
                    near, entry = nearest(gateway, found[1])
                    yield Unlisted(found[1], gateway, line.at, near, entry, line.at, False)


def _serves(setup: Setup, gateway: Gateway, host: str) -> bool:
    names = [name.value.lower() for link in links(setup) if link.gateway is gateway for name in link.site.names]
    return host.lower() in names


def _certain(setup: Setup) -> Iterator[Unlisted]:
    found = [
        (link.gateway, origin)
        for link in socket_links(setup)
        if link.gateway is not None and _judged(link.gateway)
        for origin in _opened(setup, link, link.gateway)
    ]
    for gateway, origin in found:
        if exempt(origin.host) or origin.host == "localhost" or accepts(gateway, str(origin)):
            continue
        also = any(other is gateway and accepts(gateway, str(each)) for other, each in found)
        near, entry = nearest(gateway, str(origin))
        if also and near is Near.PORT:
            near, entry = Near.NONE, None
        yield Unlisted(str(origin), gateway, origin.name.at, near, entry, None, also)


def _by_name(setup: Setup) -> Iterator[Unlisted]:
    """Behind a front, or with a wildcard, no origin is certain, but no entry has the site's name either."""
    for link in socket_links(setup):
        gateway = link.gateway
        if gateway is None or not _judged(gateway) or accepts(gateway, "") or any(_opened(setup, link, gateway)):
            continue
        name = nameless(link, gateway)
        if name is not None:
            others = [one for one in socket_links(setup) if one.gateway is gateway and one.site is not link.site]
            also = any(one.site.names and nameless(one, gateway) is None for one in others)
            yield Unlisted(f"https://{name.value}", gateway, name.at, Near.NONE, None, None, also)


def _judged(gateway: Gateway) -> bool:
    off = gateway.ui_enabled is not None and not gateway.ui_enabled.value
    return gateway.has_config and not gateway.unseen and not off


def _opened(setup: Setup, link: Link, gateway: Gateway) -> Iterator[Origin]:
    """Those that users open: not plain http beside https, and nothing where TLS may end in front of this proxy."""
    made = list(origins(setup, link.proxy, link.site))
    secure = {origin.host for origin in made if origin.scheme == "https"}
    secure |= {_host(entry.value) for entry in gateway.origins or () if entry.value.lower().startswith("https://")}
    fronted = has_front(setup, link.proxy) or link.proxy.kind is ProxyKind.TRAEFIK
    for origin in made:
        plain = origin.scheme == "http" and (origin.host in secure or fronted)
        moved = fronted and origin.port != USUAL[origin.scheme]
        if is_concrete(origin.host) and not plain and not moved:
            yield origin


def nearest(gateway: Gateway, origin: str) -> tuple[Near, Value[str] | None]:
    """The entry that names the same host, the least different first."""
    wanted = urlsplit(origin)
    ranked: list[tuple[int, Near, Value[str]]] = []
    for entry in gateway.origins or ():
        near = _difference(entry.value.strip(), wanted.scheme, wanted.hostname or "", wanted.port)
        if near is not None:
            ranked.append((list(Near).index(near), near, entry))
    best = min(ranked, key=lambda each: each[0], default=None)
    return (best[1], best[2]) if best else (Near.NONE, None)


def _difference(entry: str, scheme: str, host: str, port: int | None) -> Near | None:
    if malformed(entry):
        return Near.FORM if _host(entry) == host or _wild(entry, host) else None
    parts = urlsplit(entry)
    if (parts.hostname or "").lower() != host.lower():
        return None
    if parts.scheme != scheme:
        return Near.SCHEME
    return Near.PORT if parts.port is None and port is not None else Near.OTHER_PORT


def malformed(entry: str) -> str | None:
    """Why no browser ever sends this as an Origin; None for what one might."""
    text = entry.strip()
    if text == "*" or text.startswith("${"):
        return None
    if "://" not in text:
        return "has no scheme"
    scheme, rest = text.split("://", 1)
    if "*" in rest:
        return "has a wildcard, and entries are compared as they are"
    if "/" in rest or "?" in rest or "#" in rest:
        return "ends with a slash" if rest.rstrip("/") == rest[:-1] else "has a path"
    if scheme.lower() in ("ws", "wss"):
        return "names the WebSocket's scheme, and an Origin is the page's"
    return "names the usual port, which browsers leave out" if _usual(scheme.lower(), rest) else None


def _usual(scheme: str, rest: str) -> bool:
    return rest.endswith(f":{USUAL.get(scheme, 0)}")


def _host(entry: str) -> str:
    bare = entry.strip().lower().split("://")[-1].split("/")[0]
    return bare if bare.startswith("[") or bare.count(":") > 1 else bare.split(":")[0]


def _wild(entry: str, host: str) -> bool:
    pattern = _host(entry)
    return "*" in pattern and re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), host.lower()) is not None
