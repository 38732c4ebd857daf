"""Another process holds OpenClaw's state, or the file system below it knows no locks."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.oneowner import locked_out, sharing
from clawkit.doctor.programs import HOPELESS, gateways
from clawkit.doctor.verdict import serves

WORDS = r"database is locked|SQLITE_BUSY|SQLITE_LOCKED|SQLITE_PROTOCOL|SQLITE_IOERR_(?:LOCK|SHM\w*)"
LEASE = (
    r"startup migrations are already running for this state directory[^\n]*|"
    r"Agent database maintenance is in progress[^\n]*|"
    r"Timed out waiting for [\w ]{0,40}lock at (?P<file>\S+)[^\n]*"
)
"""Held for a while by a start, by `doctor --fix`, or by nobody any more."""
ENDED = r"failed to start|Startup failed|exited with code [1-9]|code=exited, status=[1-9]"
COMMAND = "sudo fuser -v state/state/openclaw.sqlite; df -T state"


def judge(setup: Setup) -> Finding | None:
    return _shared(setup) or _leased(setup) or _locked(setup)


def _shared(setup: Setup) -> Finding | None:
    users, line = sharing(setup), locked_out(setup)
    if users and not serves(setup):
        (one, mount), (other, _) = users
        return Finding(
            summary=f"services {one.name} and {other.name} both keep their state in {mount.source}: one gateway holds "
            "it, and the other does not start",
            fix=Fix(f"give {other.name} a state directory of its own", "docker compose up -d"),
            evidence=at(*(mount.at for _, mount in users), *([line.at] if line else [])),
        )
    if line is None:
        return None
    return Finding(
        summary="another gateway, or the lock of one that was killed, holds this state directory: "
        f"{line.text.strip()[:160]}",
        fix=Fix("stop the other container or process on the same directory; if there is none, take the containers "
                "down and the lock files in tmp/ of the state directory away, and start again",
                "docker ps --filter volume=/path/of/the/state"),
        evidence=at(line.at),
    )  # fmt: skip


def _leased(setup: Setup) -> Finding | None:
    found = last_words(setup, LEASE, Speaker.GATEWAY)
    if found is None:
        return None
    line, match = found
    file = match["file"]
    fix = (
        f"if no other process works there, remove {file} while the gateway is down"
        if file
        else "wait until it has ended (it names the time), or end the other gateway, CLI or doctor --fix on this state"
    )
    return Finding(
        summary=f"the gateway waits for its state: {match[0].strip()[:180]}",
        fix=Fix(fix, f"docker compose stop && rm -rf {file}" if file else "ps aux | grep -i claw"),
        evidence=at(line.at),
    )


def _locked(setup: Setup) -> Finding | None:
    """While it runs, a lock that is waited for says nothing; at a start that fails it is the reason."""
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    if found is None or not _ended(setup, found[0]):
        return None
    line, match = found
    return Finding(
        summary=f"OpenClaw cannot have its state database for itself (SQLite: {match[0]})",
        fix=Fix("stop the other gateway or CLI on the same state directory; let the directory lie on a local disk, not "
                "on NFS, SMB or a synchronised folder", COMMAND),
        evidence=at(line.at),
    )  # fmt: skip


def _ended(setup: Setup, line: LogLine) -> bool:
    after = any(one.at.source == line.at.source and (one.at.line or 0) >= (line.at.line or 0)
                for one, _ in setup.said(ENDED))  # fmt: skip
    return after or any(one.state in HOPELESS for one in gateways(setup)) or bool(re.search(ENDED, line.text))


CAUSE = Cause(
    slug="state-database-locked",
    title="the state is the gateway's alone",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS, Part.COMPOSE),
    judge=judge,
    explains=frozenset({"gateway-not-running", "upstream-closed-mid-request", "upstream-name-unknown",
                        "upstream-wrong-port", "plugin-crashes-gateway", "healthcheck-too-impatient"}),
)  # fmt: skip
