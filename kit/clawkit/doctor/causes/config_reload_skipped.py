"""The last edit of openclaw.json was not taken up: it is invalid, and the gateway runs on with the one before."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

SKIPPED = r"config reload skipped \((?:invalid config|config file not found)\)"
RESTORED = r"Config auto-restored from backup: \S+ \(([^)\n]*)\)"
AGAIN = (
    r"config (?:change detected|reloaded|hot reload applied)|hot reload applied|http server listening|\[gateway\] ready"
)


def judge(setup: Setup) -> Finding | None:
    last: Place | None = None
    for line, _ in setup.said(f"{SKIPPED}|{AGAIN}", Speaker.GATEWAY):
        last = line.at if "skipped" in line.text else None
    if last is None:
        return _restored(setup)
    return Finding(
        summary="the gateway did not take up the last edit of openclaw.json and runs on with the one before; at "
        "the next "
        "start it will not come up",
        fix=Fix("correct what the line names", "docker compose exec openclaw openclaw config validate"),
        evidence=at(last),
        severity=Severity.WARNING,
    )


def _restored(setup: Setup) -> Finding | None:
    """Releases of 2026.6 to 2026.8 take a file that they did not write themselves for a damaged one."""
    said = list(setup.said(RESTORED, Speaker.GATEWAY))
    if not said:
        return None
    line, match = said[-1]
    return Finding(
        summary=f"OpenClaw put an older openclaw.json back in place of the one on disk ({match[1]}): the last edit is "
        "gone",
        fix=Fix("make the edit by openclaw config set; the edited file lies beside it as openclaw.json.clobbered.…",
                "ls -la state/openclaw.json*"),
        evidence=at(line.at),
        severity=Severity.WARNING,
    )  # fmt: skip


CAUSE = Cause(
    slug="config-reload-skipped",
    title="the last edit of openclaw.json was taken up",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.RESTARTING,),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
