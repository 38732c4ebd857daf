"""The token opens a session; sent only where the certificate was verified."""

from __future__ import annotations

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.probe.protocol import WebSocketFacts
from clawkit.verify.meaning import LOGS_GATEWAY, UP
from clawkit.verify.scene import Scene
from clawkit.verify.sockets import LOCKED_OUT, ending, minutes, not_open


def gather(scene: Scene) -> WebSocketFacts:
    return scene.session()


def judge(facts: WebSocketFacts) -> Verdict:
    closed = not_open(facts)
    if closed:
        return closed
    if facts.refusal and facts.refusal.code == LOCKED_OUT:
        return failed(f"{LOCKED_OUT}: too many wrong tokens came from this address, locked {minutes(facts.refusal)}",
                      "clawkit restart gateway", code=LOCKED_OUT)  # fmt: skip
    if facts.refusal:
        fix = UP if facts.refusal.code == "AUTH_TOKEN_MISMATCH" else LOGS_GATEWAY
        return failed(f"refused with {facts.refusal.code}", fix, code=facts.refusal.code)
    if facts.hello is None:
        return failed(f"no answer to connect{ending(facts)}", LOGS_GATEWAY)
    hello = facts.hello
    return ok(f"OpenClaw {hello.version}, protocol {hello.protocol}, {facts.hello_ms:g} ms", version=hello.version,
              protocol=hello.protocol, ms=facts.hello_ms)  # fmt: skip


CHECK = Check("websocket-auth", "session with the token", Group.APP, gather, judge,
              needs=("websocket-handshake", "certificate-chain", "certificate-name", "certificate-expiry"))  # fmt: skip
