"""How the gateway's process ended, in the words of whoever started it, and whether it does so again and again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from clawkit.doctor.lastwords import last_words
from clawkit.doctor.links import OURS
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Setup

Ending = tuple[str, str, list[Place]]
"""What happened, the command that shows more, and where it stands."""

MEANS = {
    0: "status 0: it ended by itself or was stopped",
    1: "status 1",
    78: "status 78: its configuration is at fault, starting it again is useless",
    137: "status 137: killed, by hand or for want of memory",
    143: "status 143: it was told to stop",
    126: "status 126: its program may not be executed",
    127: "status 127: its program does not exist",
    139: "status 139: it crashed",
}
NAME = r"(?P<name>\S*(?:openclaw|clawdbot|moltbot)\S*)"
ENDED = {
    "docker compose ps -a": r"^(?P<name>[\w.-]+) exited with code (?P<code>(?!130\b|143\b)[1-9]\d*)",
    "systemctl status": rf"{NAME}\.service: Main process exited, code=(?:exited|killed|dumped), "
                        r"status=(?P<code>(?!0\b|15\b|130\b|143\b)\d+)",
    "supervisorctl status": r"exited: (?P<name>[\w.:-]+) \(exit status (?P<code>\d+); not expected\)",
}  # fmt: skip
LISTED = {
    "supervisorctl status": rf"^{NAME} +(?P<state>(?-i:FATAL|BACKOFF|EXITED|STOPPED))(?: |$)",
    "launchctl print gui/$UID/ai.openclaw.gateway": rf"^-\s+(?P<state>-?\d+)\s+{NAME}$",
    "pm2 logs openclaw --lines 50": rf"^│ *\d+ *│ *{NAME} *│.*│ *(?P<state>errored|stopped) *│",
}
GIVEN_UP = rf"{NAME}\.service: Start request repeated too quickly"
COUNTER = rf"{NAME}\.service: Scheduled restart job, restart counter is at (?P<count>\d+)"
UNCAUGHT = r"(?:Unhandled promise rejection|Uncaught exception): (?P<what>.+)"
ALIVE = re.compile(r"^(?:\[[\w:.+-]+\] )?\[(?:ws|heartbeat|agent)\b|connected conn=")
FAILED = r"^Gateway failed to start: |^gateway startup failed\b|^Node\.js v\d[\d.]+$"
READY = r"\[gateway\] ready\b"
TOLD = r"\[gateway\] received SIGTERM"
SOON = 10
"""Seconds."""
MINUTES = 15
MANY = 5
"""Restarts: one or two are an upgrade, or a reboot in between."""
STILL = 100
"""Lines after which a log that goes on is of a gateway that goes on."""


def ended(setup: Setup, *, containers: bool, units: bool) -> Iterator[Ending]:
    """Where nobody listed containers or units, the last word on them stands below the gateway's log."""
    for command, pattern in ENDED.items():
        if (containers and command.startswith("docker")) or (units and command.startswith("systemctl")):
            continue
        said = last_words(setup, pattern, Speaker.GATEWAY)
        if said is None or not OURS.search(said[1]["name"]) or _goes_on(setup, said[0]):
            continue
        code = int(said[1]["code"])
        what = "the gateway's container" if command.startswith("docker") else "the gateway's service"
        told = MEANS.get(code, f"status {code}")
        yield f"{what} {said[1]['name']} ended with {told}", command, [said[0].at]
    given_up = last_words(setup, GIVEN_UP, Speaker.GATEWAY) if not units else None
    if given_up is not None and not _goes_on(setup, given_up[0]):
        name = f"{given_up[1]['name']}.service"
        yield f"systemd starts {name} no more: it ended too often", f"journalctl -u {name} -n 50", [given_up[0].at]


def listed(setup: Setup) -> Iterator[Ending]:
    """What supervisord, launchd or PM2 says of its service."""
    for command, pattern in LISTED.items():
        for line, match in setup.said(pattern):
            state = match["state"]
            code = f"ended, {MEANS.get(int(state), f'status {state}')}" if state.lstrip("-").isdigit() else state
            yield f"{command.split()[0]} says of {match['name']}: {code}", command, [line.at]


def looping(setup: Setup) -> Iterator[Ending]:
    """It gets ready each time, so that its last start alone looks well."""
    counts = [(line, match) for line, match in setup.said(COUNTER, Speaker.GATEWAY) if int(match["count"]) >= MANY]
    if len(counts) > 1 and _recent(setup, counts[-1][0]):
        name = f"{counts[-1][1]['name']}.service"
        yield f"systemd has started {name} {counts[-1][1]['count']} times: it ends again and again", \
            f"journalctl -u {name} -n 100", [counts[-1][0].at]  # fmt: skip
    caught = [(line, match) for line, match in setup.said(UNCAUGHT, Speaker.GATEWAY)]
    if len(caught) > 1 and _recent(setup, caught[-1][0]):
        yield "an error that nobody catches ends the gateway again and again", \
            "docker compose logs --tail 100 openclaw", [caught[-1][0].at]  # fmt: skip


def failed(setup: Setup) -> Iterator[Ending]:
    """Its own word on why it did not start, where no other cause knows it."""
    said = last_words(setup, FAILED, Speaker.GATEWAY)
    if said is not None:
        yield "the gateway ended at its start", "openclaw doctor", [said[0].at]


def cycling(setup: Setup) -> Iterator[Ending]:
    """Whoever starts it stops it as soon as it is ready."""
    lines = [line for line, _ in setup.said(rf"{READY}|{TOLD}", Speaker.GATEWAY) if line.time]
    pairs = [(one, two) for one, two in pairwise(lines) if re.search(READY, one.text) and re.search(TOLD, two.text)
             and one.at.source == two.at.source and 0 <= (two.time or 0) - (one.time or 0) < SOON]  # fmt: skip
    if len(pairs) < MANY - 1 or (pairs[-1][1].time or 0) - (pairs[0][0].time or 0) > MINUTES * 60:
        return
    yield f"the gateway was told to end right after its start, {len(pairs)} times within minutes", \
        "openclaw gateway status --deep", [pairs[-1][1].at]  # fmt: skip


def _goes_on(setup: Setup, line: LogLine) -> bool:
    """Somebody talks to it after that."""
    return any(ALIVE.search(one.text) for one in _after(setup, line))


def _recent(setup: Setup, line: LogLine) -> bool:
    return len(_after(setup, line)) < STILL


def _after(setup: Setup, line: LogLine) -> list[LogLine]:
    return [one for one in setup.logs if one.at.source == line.at.source and (one.at.line or 0) > (line.at.line or 0)]
