"""The browser has kept the address of another gateway."""

from __future__ import annotations

from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.visit import visits

OPENED = r'"GET (\S+) HTTP/1\.1" 101\b.*Mozilla'
PAGE = r"\bhttps://((?!localhost|127\.)[\w-]+(?:\.[\w-]+)+)(?::\d+)?/(?:assets/|chat\b|\?|\s|$)"
CONSOLE = ("WebSocket connection to", "t establish a connection to the server")


def judge(setup: Setup) -> Finding | None:
    names = {visit.host for visit in visits(setup) if visit.host} or _opened(setup)
    asked = [exchange for exchange in setup.exchanges if _astray(exchange, names)]
    if asked:
        return _finding(f"the page opens its WebSocket at {asked[0].url}", [exchange.at for exchange in asked[:2]])
    bases = {visit.base for visit in visits(setup)}
    for line, match in setup.said(OPENED, Speaker.ACCESS):
        path = match[1].split("?")[0]
        if bases and "/" not in bases and not any(path.rstrip("/") + "/" == base for base in bases):
            return _finding(f"a browser opens its WebSocket at {path}, not below {min(bases)}", [line.at])
    return None


def _opened(setup: Setup) -> set[str]:
    """By the browser's own words, where nobody gave a proxy's configuration: the page that it shows."""
    return {match[1].lower() for _, match in setup.said(PAGE, Speaker.CLIENT)}


def _astray(exchange: Exchange, names: set[str]) -> bool:
    """A browser's own words, and another host than any site of ours; the same machine only from its own page."""
    host = (urlsplit(exchange.url).hostname or "").lower()
    console = (
        "WebSocket connection to" in exchange.at.text or "t establish a connection to the server" in exchange.at.text
    )
    return console and exchange.upgrade and bool(host) and bool(names) and host not in names


def _finding(words: str, places: list[Place]) -> Finding:
    return Finding(
        summary=f"{words}: the browser has kept another gateway's address",
        fix=Fix(
            "clear the gateway URL in the page's settings (or this site's data), and give each gateway an origin of "
            "its own"
        ),
        evidence=at(*places),
    )


CAUSE = Cause(
    slug="saved-gateway-url-wrong",
    title="the browser asks its own gateway",
    layer=Layer.CLIENT,
    hop=Hop.CLIENT,
    symptoms=(Symptom.WS_CUT,),
    looks_at=looks_at(Part.EXCHANGES, Part.LOGS),
    judge=judge,
)
