"""A real call through the session: the gateway's own `health`, which needs no scope."""

from __future__ import annotations

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.probe.protocol import WebSocketFacts
from clawkit.verify.meaning import LOGS_GATEWAY
from clawkit.verify.scene import Scene
from clawkit.verify.sockets import ending


def gather(scene: Scene) -> WebSocketFacts:
    return scene.session()


def judge(facts: WebSocketFacts) -> Verdict:
    reply = next((reply for reply in facts.replies if reply.method == "health"), None)
    if reply is None:
        return failed(f"no answer to health{ending(facts)}", LOGS_GATEWAY)
    if reply.payload is None or reply.payload.get("ok") is not True:
        code = reply.refusal.code if reply.refusal else "not ok"
        return failed(f"health answered {code}", LOGS_GATEWAY, code=code, ms=reply.ms)
    return ok(f"health ok, {reply.ms:g} ms", ms=reply.ms)


CHECK = Check("health-rpc", "call through the session", Group.APP, gather, judge, needs=("websocket-auth",))
