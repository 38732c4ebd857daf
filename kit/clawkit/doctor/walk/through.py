"""What the public way answers, as a browser asks it: pages, probes, the WebSocket, the plain port."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from clawkit.doctor.model.exchange import Exchange, Vantage
from clawkit.doctor.readers.live.abreast import start
from clawkit.doctor.walk import asked
from clawkit.doctor.walk.way import LIMIT, Way
from clawkit.probe import http, websocket
from clawkit.probe.http import HttpFacts
from clawkit.probe.protocol import WebSocketFacts
from clawkit.probe.target import Target
from clawkit.settings.secret import Secret

HEALTHZ, STARTUPZ, READYZ = "/healthz", "/startupz", "/readyz"
PROBES = (HEALTHZ, STARTUPZ, READYZ)
BOUND = 64 * 1024
EDGE = {"X-Forwarded-Proto": "https"}

EXPECTED = ("DEVICE_IDENTITY_REQUIRED", "AUTH_TOKEN_MISSING")
"""The origin is judged before credentials (openclaw-facts 4), so these say that it passed."""


@dataclass(frozen=True, slots=True)
class Through:
    pages: Mapping[str, HttpFacts] = field(default_factory=dict)
    talk: WebSocketFacts | None = None
    entry: HttpFacts | None = None
    """Of the plain port beside an encrypted one."""
    edge: HttpFacts | None = None
    """As an edge that terminates TLS would ask, where this proxy does not do so itself."""

    @property
    def code(self) -> str:
        refusal = self.talk.refusal if self.talk else None
        return refusal.code if refusal else ""


def look(way: Way) -> Through:
    target = way.dialled
    if target is None:
        return Through()
    asking = {path: start(_get(target, path)) for path in dict.fromkeys((way.page, *PROBES))}
    # looked at without trust, so that a wrong certificate does not hide what stands behind it; no secret is sent
    talking = start(lambda: websocket.converse(target, trust=None, token=Secret(""), origin=way.origin, limit=LIMIT))
    plain = Target(target.dial, way.entry_port, way.name, tls=False) if way.entry_port else None
    entering = start(_get(plain, "/")) if plain else None
    edging = None if way.tls else start(_get(target, way.page, EDGE))
    return Through(
        pages={path: future.result() for path, future in asking.items()},
        talk=talking.result(),
        entry=entering.result() if entering else None,
        edge=edging.result() if edging else None,
    )


def _get(target: Target, path: str, headers: Mapping[str, str] | None = None) -> Callable[[], HttpFacts]:
    return lambda: http.get(target, path, headers=headers, limit=LIMIT, bound=BOUND)


def exchanges(way: Way, through: Through) -> tuple[Exchange, ...]:
    """Nothing of a proxy that refuses this host as it should: that says nothing about what users see."""
    target = way.dialled
    if target is None or way.stranger:
        return ()
    found = [asked.exchange(target, facts, Vantage.PUBLIC) for facts in through.pages.values()]
    if through.talk is not None:
        found.append(asked.upgrade(target, through.talk, expected=through.code in EXPECTED))
    if through.entry is not None and way.entry_port:
        plain = Target(target.dial, way.entry_port, way.name, tls=False)
        found.append(asked.exchange(plain, through.entry, Vantage.PUBLIC))
    if through.edge is not None:
        found.append(asked.exchange(target, through.edge, Vantage.PUBLIC, forwarded_proto="https"))
    return tuple(found)
