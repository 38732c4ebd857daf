"""What the gateway told a client that it turned away, in its log, in the client's own output, or in an answer."""

from __future__ import annotations

import re

from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Setup

HEARD = (Speaker.GATEWAY, Speaker.CLIENT, Speaker.UNKNOWN)
SETTLED = re.compile(r"\b(?:webchat|control[- ]ui|client|cli|node|operator) connected\b|device pairing approved", re.I)
"""The gateway let somebody in: what it refused the same client before is over."""
DONE = re.compile(r"\[agents?\b.*\b(?:run (?:done|completed|finished)|turn completed)(?!.*aborted=true)", re.IGNORECASE)
"""A model answered after all, at a later try or another provider: what its agent said before is over."""
OF_AGENT = re.compile(r"\[agents?\b")
STRANGER = re.compile(
    r"\bclient=(?:unknown|n/a|-)(?: |$)|\bua=(?:zgrab|masscan|nmap|curl/|python-|Go-http-client)", re.I
)
"""None of OpenClaw's own clients: who looks through the internet is turned away by right, once others get in."""
CLIENT = re.compile(r"\bfwd=(\S+)")


def heard(setup: Setup, pattern: str) -> tuple[Place, ...]:
    """The gateway's log first, then what clients saw; without refusals that its log shows to be over."""
    wanted = re.compile(pattern, re.IGNORECASE)
    lines: list[LogLine] = []
    for line in setup.logs:
        if line.speaker is Speaker.GATEWAY and SETTLED.search(line.text):
            lines = [each for each in lines if not _over(each, line)]
        if line.speaker is Speaker.GATEWAY and DONE.search(line.text):
            lines = [each for each in lines if not OF_AGENT.search(each.text) or each.at.source != line.at.source]
        if line.speaker in HEARD and wanted.search(line.text):
            lines.append(line)
    lines.sort(key=lambda line: line.speaker is not Speaker.GATEWAY)
    return tuple(line.at for line in lines) + answered(setup, pattern)


def _over(refused: LogLine, welcome: LogLine) -> bool:
    if refused.at.source != welcome.at.source:
        return False
    if STRANGER.search(refused.text):
        return True
    one, other = CLIENT.search(refused.text), CLIENT.search(welcome.text)
    return one is None or other is None or one[1] == other[1]


def answered(setup: Setup, pattern: str) -> tuple[Place, ...]:
    """Answers and closed connections with these words."""
    wanted = re.compile(pattern, re.IGNORECASE)
    return tuple(each.at for each in setup.exchanges if wanted.search(_words(each)))


def _words(exchange: Exchange) -> str:
    return "\n".join((exchange.close_reason, exchange.body, exchange.error))
