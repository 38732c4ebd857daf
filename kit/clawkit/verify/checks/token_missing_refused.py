"""Nobody gets in without a token."""

from __future__ import annotations

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.probe.protocol import WebSocketFacts
from clawkit.verify.meaning import LOGS_GATEWAY, UP
from clawkit.verify.scene import Scene
from clawkit.verify.sockets import ending, not_open

EXPECTED = ("DEVICE_IDENTITY_REQUIRED", "AUTH_TOKEN_MISSING")


def gather(scene: Scene) -> WebSocketFacts:
    return scene.talk_from(None)


def judge(facts: WebSocketFacts) -> Verdict:
    closed = not_open(facts)
    if closed:
        return closed
    if facts.hello:
        return failed("let in without a token", UP, version=facts.hello.version)
    if facts.refusal is None:
        return failed(f"neither refused nor let in{ending(facts)}", LOGS_GATEWAY)
    code = facts.refusal.code
    if code not in EXPECTED:
        return warning(f"refused, but with {code}", LOGS_GATEWAY, code=code)
    return ok(f"refused with {code}", code=code)


CHECK = Check("token-missing-refused", "no token is refused", Group.SECURITY, gather, judge,
              needs=("websocket-handshake",))  # fmt: skip
