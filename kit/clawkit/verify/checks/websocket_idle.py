"""A session that says nothing for longer than any default time-out stays open: the gateway's pings get through.

The gateway pings every 25 s and drops a socket without a pong after 50 s (measured on 2026.9.6); proxies cut at 60 s
by default.
"""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.probe import websocket
from clawkit.probe.protocol import WebSocketFacts
from clawkit.verify.meaning import LOGS_PROXY
from clawkit.verify.scene import Scene
from clawkit.verify.sockets import not_open
from clawkit.verify.terms import Terms

CALL_SECONDS = 15.0
"""For the upgrade before the silence and the call behind it."""


@dataclass(frozen=True, slots=True)
class Facts:
    talk: WebSocketFacts
    silence: float = Terms().idle_seconds


def gather(scene: Scene) -> Facts:
    idle = scene.terms.idle_seconds
    return Facts(websocket.converse(scene.target, trust=scene.trust, token=scene.token, idle=idle, calls=("health",),
                                    limit=idle + CALL_SECONDS), idle)  # fmt: skip


def judge(facts: Facts) -> Verdict:
    talk = facts.talk
    closed = not_open(talk)
    if closed:
        return closed
    if talk.close:
        return failed(f"closed with {talk.close.code} {talk.close.reason}".rstrip() + " while idle", LOGS_PROXY,
                      code=talk.close.code)  # fmt: skip
    if not talk.replies or talk.replies[-1].payload is None:
        return failed(f"no answer to a call after {facts.silence:.0f} s of silence", LOGS_PROXY)
    return ok(f"open after {facts.silence:.0f} s of silence, and a call is answered", seconds=facts.silence)


CHECK = Check("websocket-idle", "an idle session stays open", Group.STREAMING, gather, judge, needs=("websocket-auth",),
              deep=True)  # fmt: skip
