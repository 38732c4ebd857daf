"""A session that says nothing for longer than any default time-out stays open: the gateway's pings get through.

The gateway pings every 25 s and drops a socket without a pong after 50 s (measured on 2026.9.6); proxies cut at 60 s
by default.
"""

from __future__ import annotations

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.probe import websocket
from clawkit.probe.protocol import WebSocketFacts
from clawkit.verify.meaning import LOGS_PROXY
from clawkit.verify.scene import Scene
from clawkit.verify.sockets import not_open

IDLE_SECONDS = 80.0


def gather(scene: Scene) -> WebSocketFacts:
    return websocket.converse(scene.target, trust=scene.trust, token=scene.token, idle=IDLE_SECONDS,
                              calls=("health",), limit=IDLE_SECONDS + 15)  # fmt: skip


def judge(facts: WebSocketFacts) -> Verdict:
    closed = not_open(facts)
    if closed:
        return closed
    if facts.close:
        return failed(f"closed with {facts.close.code} {facts.close.reason}".rstrip() + " while idle", LOGS_PROXY,
                      code=facts.close.code)  # fmt: skip
    if not facts.replies or facts.replies[-1].payload is None:
        return failed(f"no answer to a call after {IDLE_SECONDS:.0f} s of silence", LOGS_PROXY)
    return ok(f"open after {IDLE_SECONDS:.0f} s of silence, and a call is answered", seconds=IDLE_SECONDS)


CHECK = Check("websocket-idle", "an idle session stays open", Group.STREAMING, gather, judge, needs=("websocket-auth",),
              deep=True)  # fmt: skip
