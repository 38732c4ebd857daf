"""The gateway's process stands still for many seconds: it takes connections and answers nobody."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"eventLoopDelayMaxMs=(\d+)|liveness heartbeat delayed: overdue=(\d+)ms|event loop (?:stalled|blocked) for (\d+)ms"
)
LONG = 10_000
"""Milliseconds. A start or a large answer takes the loop for two or three seconds, and nobody is cut off by that."""
SEEN = r"[Oo]pening handshake has timed out|handshake timeout|gateway timeout after \d+ms"


def judge(setup: Setup) -> Finding | None:
    stalls = [(max(int(group) for group in match.groups() if group), line.at)
              for line, match in setup.said(WORDS, Speaker.GATEWAY)]  # fmt: skip
    longest = max(stalls, key=lambda stall: stall[0], default=None)
    if longest is None or longest[0] < LONG:
        return None
    lost = _lost(setup)
    return Finding(
        summary=f"the gateway's process stood still for {longest[0] / 1000:.0f} s: it took connections and answered "
        "none",
        fix=Fix("give it memory and a processor (2 GiB, no swapping), fewer agents at a time, and the newest release; "
                "a restart ends the present one", "docker stats --no-stream; free -m"),
        evidence=at(longest[1], *lost[:1]),
        severity=Severity.ERROR if lost else Severity.WARNING,
    )  # fmt: skip


def _lost(setup: Setup) -> list[Place]:
    """Who waited in vain."""
    timed = [failure.at for failure in setup.failed(FailureKind.READ_TIMEOUT)]
    return timed + [line.at for line, _ in setup.said(SEEN)]


CAUSE = Cause(
    slug="gateway-stalled",
    title="the gateway answers while it works",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.GATEWAY_TIMEOUT, Symptom.TIMEOUT, Symptom.WS_CUT, Symptom.CUT, Symptom.STALLED),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"read-timeout-too-short", "upstream-closed-mid-request"}),
)
