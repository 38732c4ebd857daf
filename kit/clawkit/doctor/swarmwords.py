"""A fix in words of Compose, as it is done where Docker Swarm runs the same stack."""

from __future__ import annotations

import re
from dataclasses import replace

from clawkit.doctor.finding import Finding, Fix

COMMANDS = (
    (re.compile(r"docker compose (?:up -d|restart|pull && docker compose up -d)\b.*"), "clawkit up"),
    (re.compile(r"docker compose logs\b.*"), "clawkit logs gateway"),
    (re.compile(r"docker compose exec \S+ openclaw (devices list)"), r"clawkit \1"),
    (re.compile(r"docker compose ps\b.*"), "clawkit status"),
)
LOGS = re.compile(r"\bdocker logs\b")


def translated(finding: Finding) -> Finding:
    """Without a command where a Swarm has none: a wrong one is worse."""
    fix = finding.fix
    return replace(finding, fix=Fix(LOGS.sub("docker service logs", fix.summary), _command(fix.command), fix.safe))


def _command(text: str | None) -> str | None:
    if text is None or "docker compose" not in text:
        return text
    for pattern, instead in COMMANDS:
        if pattern.fullmatch(text):
            return pattern.sub(instead, text)
    return None
