"""The gateway's process stands still for many seconds: it takes connections and answers nobody."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.failure import FailureKind, LogLine, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.witness import failures

WORDS = (
    r"eventLoopDelayMaxMs=(\d+)|liveness heartbeat delayed: overdue=(\d+)ms|event loop (?:stalled|blocked) for (\d+)ms"
)
LONG = 10_000
"""Milliseconds. A start or a large answer takes the loop for two or three seconds, and nobody is cut off by that."""
STARTING = r"1013\b.*gateway starting"
MANY = 3
QUICK = re.compile(r"/(?:healthz|readyz|startupz|health|assets/.*|favicon\.\w+|sw\.js)?$")
"""What OpenClaw answers without a model."""
SEVERAL, OK = 2, 200
WELL = r'" (?:101|200) \d'
SEEN = r"[Oo]pening handshake has timed out|handshake timeout|gateway timeout after \d+ms"


def judge(setup: Setup) -> Finding | None:
    stalls = [(max(int(group) for group in match.groups() if group), line.at)
              for line, match in setup.said(WORDS, Speaker.GATEWAY)]  # fmt: skip
    longest = max(stalls, key=lambda stall: stall[0], default=None)
    if longest is None or longest[0] < LONG:
        return _starting(setup) or _silent(setup)
    lost = _lost(setup)
    return Finding(
        summary=f"the gateway's process stood still for {longest[0] / 1000:.0f} s: it took connections and answered "
        "none",
        fix=Fix("give it memory and a processor (2 GiB, no swapping), fewer agents at a time, and the newest release; "
                "a restart ends the present one", "docker stats --no-stream; free -m"),
        evidence=at(longest[1], *lost[:1]),
        severity=Severity.ERROR if lost else Severity.WARNING,
    )  # fmt: skip


def _starting(setup: Setup) -> Finding | None:
    """It turns everybody away with 1013 until all of its parts are up."""
    told = [line.at for line, _ in setup.said(STARTING)]
    began = [line for line, _ in setup.said(r"\[gateway\] starting\b", Speaker.GATEWAY)]
    ready = [line for line, _ in setup.said(r"\[gateway\] ready\b", Speaker.GATEWAY)]
    if len(told) < MANY or not began or any(_later(one, began[-1]) for one in ready):
        return None
    return Finding(
        summary="the gateway has not finished its start: it turns clients away with 1013 (gateway starting)",
        fix=Fix("its log says what it waits for (a plugin, a channel, a migration); give a slow machine minutes "
                "and memory", "docker compose logs -f openclaw"),
        evidence=at(told[-1], began[-1].at),
        severity=Severity.WARNING,
    )  # fmt: skip


def _silent(setup: Setup) -> Finding | None:
    """By the proxy's log alone: pages and probes, which take milliseconds, were waited for in vain."""
    waited = [one for one in failures(setup, FailureKind.READ_TIMEOUT) if QUICK.match(one.path)]
    answered = any(one.status == OK for one in setup.exchanges) or next(setup.said(WELL, Speaker.ACCESS), None)
    if len({one.path for one in waited}) < SEVERAL or answered:
        return None
    return Finding(
        summary=f"the gateway at {waited[-1].upstream or 'its port'} takes connections and answers none, not even "
        f"{waited[-1].path}: its process stands still, is stopped (paused, SIGSTOP), or another program has the port",
        fix=Fix("look what it does, then start it anew", "docker stats --no-stream; docker compose restart openclaw"),
        evidence=at(waited[-1].at, waited[0].at),
        observed=True,
    )


def _later(one: LogLine, other: LogLine) -> bool:
    return one.at.source != other.at.source or (one.at.line or 0) > (other.at.line or 0)


def _lost(setup: Setup) -> list[Place]:
    """Who waited in vain."""
    timed = [failure.at for failure in setup.failed(FailureKind.READ_TIMEOUT)]
    return timed + [line.at for line, _ in setup.said(SEEN)]


CAUSE = Cause(
    slug="gateway-stalled",
    title="the gateway answers while it works",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.GATEWAY_TIMEOUT,
        Symptom.TIMEOUT,
        Symptom.WS_CUT,
        Symptom.CUT,
        Symptom.STALLED,
        Symptom.WS_REFUSED,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"read-timeout-too-short", "upstream-closed-mid-request"}),
)
