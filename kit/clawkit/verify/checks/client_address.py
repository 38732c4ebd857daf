"""Whom the gateway takes the client for, when the client says that it is somebody else."""

from __future__ import annotations

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.verify import attribution
from clawkit.verify.attribution import Seen
from clawkit.verify.meaning import LOGS_GATEWAY, LOGS_PROXY
from clawkit.verify.scene import Scene

FORGED = "203.0.113.99"
"""TEST-NET-3 (RFC 5737): nobody's address."""

HEADERS = {"X-Forwarded-For": FORGED, "X-Real-IP": FORGED, "Forwarded": f"for={FORGED}", "X-Forwarded-User": "root",
           "CF-Connecting-IP": FORGED, "True-Client-IP": FORGED}  # fmt: skip


def gather(scene: Scene) -> Seen:
    return attribution.ask(scene, (scene.target.dial,), HEADERS)[scene.target.dial]


def judge(facts: Seen) -> Verdict:
    if FORGED in facts.line:
        return failed(f"the gateway takes the client for {FORGED}, which is what the client itself said", LOGS_PROXY,
                      seen=FORGED)  # fmt: skip
    if not facts.line:
        return warning("the gateway logged nothing about our socket: whom it takes for the client is unknown",
                       LOGS_GATEWAY)  # fmt: skip
    if not facts.client:
        return warning("the gateway names no client address", LOGS_GATEWAY)
    return ok(f"forged headers have no effect; the gateway sees {facts.client}", seen=facts.client)


CHECK = Check("client-address", "a client cannot choose its address", Group.SECURITY, gather, judge,
              needs=("websocket-handshake",))  # fmt: skip
