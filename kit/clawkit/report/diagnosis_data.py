"""What the doctor found, as the JSON object of the contract."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from clawkit.doctor.cause import Cause
from clawkit.doctor.diagnose import Diagnosis
from clawkit.doctor.finding import Finding
from clawkit.doctor.open_end import OpenEnd
from clawkit.doctor.path import Step


def data(diagnosis: Diagnosis, path: Sequence[Step], ends: Sequence[OpenEnd], elapsed_ms: int,
         mendable: Collection[str] = ()) -> dict[str, Any]:  # fmt: skip
    """`mendable`: causes that `--fix` mends in files, whatever their finding says of itself."""
    root = diagnosis.root_cause
    return {
        "command": "doctor",
        "healthy": root is None and not ends and diagnosis.looked,
        "root_cause": root[0].slug if root else None,
        "elapsed_ms": elapsed_ms,
        "findings": [_entry(cause, finding, cause.slug in mendable) for cause, finding in diagnosis.findings],
        "checked": [{"id": one.cause.slug, "outcome": one.outcome.value, "reason": one.reason}
                    for one in diagnosis.checked],
        "path": [{"hop": step.hop.value, "state": step.state.value, "detail": step.detail, "ms": step.ms}
                 for step in path],
        "unexplained": [{"seen": end.seen, "source": end.source, "ruled_out": list(end.ruled_out),
                         "next": list(end.next_commands)} for end in ends],
    }  # fmt: skip


def _entry(cause: Cause, finding: Finding, mendable: bool) -> dict[str, Any]:
    fix = finding.fix
    return {
        "id": cause.slug,
        "severity": finding.severity.value,
        "layer": cause.layer.value,
        "summary": finding.summary,
        "evidence": [{"source": piece.source, "text": piece.text} for piece in finding.evidence],
        "fix": {"summary": fix.summary, "command": fix.command, "safe": fix.safe or mendable},
        "symptoms": [symptom.value for symptom in finding.symptoms],
        "docs": f"causes/{cause.slug}",
    }
