"""Whom the gateway takes the client for, when the client says that it is somebody else.

The gateway logs each socket that ends before `connect` with the address that it resolved (`fwd=` and `remote=`). A
socket with forged headers and a name of its own in User-Agent therefore shows whose word counts.
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.probe import websocket
from clawkit.verify.inside import Inside
from clawkit.verify.meaning import LOGS_GATEWAY, LOGS_PROXY
from clawkit.verify.scene import Scene

FORGED = "203.0.113.99"
"""TEST-NET-3 (RFC 5737): nobody's address."""

LOG_SECONDS = 2.0
TAIL = 400


@dataclass(frozen=True, slots=True)
class Facts:
    line: str
    """The gateway's line about our socket, empty when it wrote none in time."""
    seen: str
    """The client's address in it."""


def gather(scene: Scene) -> Facts:
    name = f"clawkit-verify/{secrets.token_hex(8)}"
    headers = {"User-Agent": name, "X-Forwarded-For": FORGED, "X-Real-IP": FORGED, "Forwarded": f"for={FORGED}",
               "X-Forwarded-User": "root", "CF-Connecting-IP": FORGED, "True-Client-IP": FORGED}  # fmt: skip
    websocket.converse(scene.target, trust=None, headers=headers)
    line = _logged(scene.engine_view(), scene.gateway.service, name)
    found = re.search(r"\bfwd=([0-9a-fA-F.:]+)", line)
    return Facts(line, found[1] if found else "")


def _logged(inside: Inside, service: str, name: str) -> str:
    container = inside.services()[service].container
    end = time.monotonic() + LOG_SECONDS
    while True:
        lines = [line for line in inside.engine.logs(container, tail=TAIL).splitlines() if name in line]
        if lines or time.monotonic() > end:
            return lines[-1] if lines else ""


def judge(facts: Facts) -> Verdict:
    if FORGED in facts.line:
        return failed(f"the gateway takes the client for {FORGED}, which is what the client itself said", LOGS_PROXY,
                      seen=FORGED)  # fmt: skip
    if not facts.line:
        return warning("the gateway logged nothing about our socket: whom it takes for the client is unknown",
                       LOGS_GATEWAY)  # fmt: skip
    if not facts.seen:
        return warning("the gateway names no client address", LOGS_GATEWAY)
    return ok(f"forged headers have no effect; the gateway sees {facts.seen}", seen=facts.seen)


CHECK = Check("client-address", "a client cannot choose its address", Group.SECURITY, gather, judge,
              needs=("websocket-handshake",))  # fmt: skip
