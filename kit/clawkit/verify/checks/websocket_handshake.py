"""The upgrade to WebSocket passes the proxy, and the gateway speaks first."""

from __future__ import annotations

from clawkit.check import Check, Group, Verdict, ok
from clawkit.probe import websocket
from clawkit.probe.protocol import WebSocketFacts
from clawkit.verify.scene import Scene
from clawkit.verify.sockets import not_open


def gather(scene: Scene) -> WebSocketFacts:
    return websocket.converse(scene.target, trust=None)


def judge(facts: WebSocketFacts) -> Verdict:
    return not_open(facts) or ok(f"101, connect.challenge after {facts.challenge_ms:g} ms", status=101,
                                 ms=facts.challenge_ms)  # fmt: skip


CHECK = Check("websocket-handshake", "WebSocket upgrade", Group.REACHABILITY, gather, judge, needs=("startupz",))
