"""The dashboard's own origin may connect: a name or port missing from allowedOrigins shuts every browser out."""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.probe.protocol import WebSocketFacts
from clawkit.verify.meaning import LOGS_GATEWAY, UP
from clawkit.verify.scene import Scene
from clawkit.verify.sockets import ending, not_open

PAST_THE_ORIGIN = ("DEVICE_IDENTITY_REQUIRED", "AUTH_TOKEN_MISSING")
"""The origin is judged before credentials, so these say that it passed."""


@dataclass(frozen=True, slots=True)
class Facts:
    talk: WebSocketFacts
    origin: str


def gather(scene: Scene) -> Facts:
    return Facts(scene.talk_from(scene.gateway.origin), scene.gateway.origin)


def judge(facts: Facts) -> Verdict:
    closed = not_open(facts.talk)
    if closed:
        return closed
    code = facts.talk.refusal.code if facts.talk.refusal else ""
    if code == "CONTROL_UI_ORIGIN_NOT_ALLOWED":
        return failed(f"{facts.origin} is refused: allowedOrigins does not list it", UP, code=code, origin=facts.origin)
    if code in PAST_THE_ORIGIN:
        return ok(f"{facts.origin} is allowed", code=code, origin=facts.origin)
    return failed(f"{code or 'no refusal'} in answer to {facts.origin}{ending(facts.talk)}", LOGS_GATEWAY,
                  code=code, origin=facts.origin)  # fmt: skip


CHECK = Check("origin-accepted", "own origin is allowed", Group.APP, gather, judge, needs=("websocket-handshake",))
