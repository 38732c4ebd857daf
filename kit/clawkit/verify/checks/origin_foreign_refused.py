"""A page of another site cannot connect from the browser of someone who is signed in here."""

from __future__ import annotations

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.probe.protocol import WebSocketFacts
from clawkit.verify.meaning import LOGS_GATEWAY, UP
from clawkit.verify.scene import FOREIGN_NAME, Scene
from clawkit.verify.sockets import ending, not_open


def gather(scene: Scene) -> WebSocketFacts:
    return scene.talk_from(f"https://{FOREIGN_NAME}")


def judge(facts: WebSocketFacts) -> Verdict:
    closed = not_open(facts)
    if closed:
        return closed
    code = facts.refusal.code if facts.refusal else ""
    if code == "CONTROL_UI_ORIGIN_NOT_ALLOWED":
        return ok(f"a foreign origin is refused with {code}", code=code)
    if code or facts.hello:
        return failed(f"a foreign origin passes ({code or 'let in'}): allowedOrigins lists it or *", UP, code=code)
    return failed(f"neither refused nor let in{ending(facts)}", LOGS_GATEWAY)


CHECK = Check("origin-foreign-refused", "a foreign origin is refused", Group.SECURITY, gather, judge,
              needs=("websocket-handshake",))  # fmt: skip
