"""Another process holds OpenClaw's state database, or the file system below it knows no locks."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import HOPELESS, gateways

WORDS = r"database is locked|SQLITE_BUSY|SQLITE_LOCKED|SQLITE_PROTOCOL|SQLITE_IOERR_(?:LOCK|SHM\w*)"
ENDED = r"failed to start|Startup failed|exited with code [1-9]|code=exited, status=[1-9]"


def judge(setup: Setup) -> Finding | None:
    """While it runs, a lock that is waited for says nothing; at a start that fails it is the reason."""
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    if found is None or not _ended(setup, found[0]):
        return None
    line, match = found
    return Finding(
        summary=f"OpenClaw cannot have its state database for itself (SQLite: {match[0]})",
        fix=Fix("stop the other gateway or CLI on the same state directory; let the directory lie on a local disk, not "
                "on NFS, SMB or a synchronised folder", "sudo fuser -v state/state/openclaw.sqlite; df -T state"),
        evidence=at(line.at),
    )  # fmt: skip


def _ended(setup: Setup, line: LogLine) -> bool:
    after = any(one.at.source == line.at.source and (one.at.line or 0) >= (line.at.line or 0)
                for one, _ in setup.said(ENDED))  # fmt: skip
    return after or any(one.state in HOPELESS for one in gateways(setup)) or bool(re.search(ENDED, line.text))


CAUSE = Cause(
    slug="state-database-locked",
    title="the state database is the gateway's alone",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "upstream-closed-mid-request", "upstream-name-unknown"}),
)
