"""Nobody gets in with a wrong token.

Ten wrong tokens within a minute lock an address out for five minutes, and that is the operator's own address. So
there is one wrong try per run, and a right one behind it: a success takes the count back to zero (measured on
gateway 2026.9.6: wrong and right in turn, 13 times each, and no lock).
"""

from __future__ import annotations

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.probe.protocol import WebSocketFacts
from clawkit.settings.secret import Secret
from clawkit.verify.meaning import LOGS_GATEWAY, UP
from clawkit.verify.scene import Scene
from clawkit.verify.sockets import LOCKED_OUT, ending, minutes, not_open

WRONG = Secret("clawkit-verify-deliberately-wrong-token")


def gather(scene: Scene) -> WebSocketFacts:
    facts = scene.talk(WRONG)
    scene.talk(scene.token)
    return facts


def judge(facts: WebSocketFacts) -> Verdict:
    closed = not_open(facts)
    if closed:
        return closed
    if facts.hello:
        return failed("let in with a wrong token", UP, version=facts.hello.version)
    if facts.refusal is None:
        return failed(f"neither refused nor let in{ending(facts)}", LOGS_GATEWAY)
    code = facts.refusal.code
    if code == LOCKED_OUT:
        return warning(f"refused with {code}: this address is locked out {minutes(facts.refusal)}", LOGS_GATEWAY,
                       code=code)  # fmt: skip
    if code != "AUTH_TOKEN_MISMATCH":
        return warning(f"refused, but with {code}", LOGS_GATEWAY, code=code)
    return ok(f"refused with {code}", code=code)


CHECK = Check("token-wrong-refused", "a wrong token is refused", Group.SECURITY, gather, judge,
              needs=("websocket-auth",))  # fmt: skip
