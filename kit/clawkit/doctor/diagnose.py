"""Runs the causes over a setup in causal order and keeps the consequences out of the answer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from clawkit.doctor.cause import Cause
from clawkit.doctor.finding import Evidence, Finding, Fix, Severity, Symptom
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.redaction import redact, secrets_of
from clawkit.doctor.swarmwords import translated

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    OK = "ok"
    FOUND = "found"
    SKIPPED = "skipped"
    """Nothing to judge, or an earlier finding makes it moot."""
    CRASHED = "crashed"
    """Could not look; says nothing about the setup."""


@dataclass(frozen=True, slots=True)
class Checked:
    cause: Cause
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    findings: tuple[tuple[Cause, Finding], ...]
    """Errors in causal order (those that produce the symptom first), then warnings, then infos."""
    checked: tuple[Checked, ...]

    @property
    def root_cause(self) -> tuple[Cause, Finding] | None:
        return next((entry for entry in self.findings if entry[1].severity is Severity.ERROR), None)

    @property
    def looked(self) -> bool:
        """At least one cause could be judged."""
        return any(entry.outcome in (Outcome.OK, Outcome.FOUND) for entry in self.checked)


def diagnose(setup: Setup, causes: Sequence[Cause], *, symptom: Symptom | None = None) -> Diagnosis:
    """Judges every cause. With `symptom`, what the user sees now, a warning or info that produces it is an error, and
    an error that produces it comes before those that do not."""
    secrets = secrets_of(setup)
    found: list[tuple[Cause, Finding]] = []
    checked: list[Checked] = []
    producing: set[str] = set()
    for cause in causes:
        entry, finding = _judge(setup, cause)
        if finding is not None:
            finding = translated(finding) if setup.swarm else finding
            finding = _clean(finding, cause, secrets)
            if finding.severity is Severity.ERROR and symptom in finding.symptoms:
                producing.add(cause.slug)
            finding = _raised(finding, symptom)
            explained = _explained_by(cause, finding, found)
            if explained is not None:
                entry = Checked(cause, Outcome.SKIPPED, f"follows from {explained.slug}")
            else:
                found.append((cause, finding))
        checked.append(entry)
    order = list(Severity)
    found.sort(key=lambda pair: (order.index(pair[1].severity), pair[0].slug not in producing))
    return Diagnosis(tuple(found), tuple(checked))


def _judge(setup: Setup, cause: Cause) -> tuple[Checked, Finding | None]:
    if not any(setup.has(part) for part in cause.looks_at):
        missing = " or ".join(sorted(part.value for part in cause.looks_at))
        return Checked(cause, Outcome.SKIPPED, f"needs {missing}"), None
    try:
        finding = cause.judge(setup)
    except Exception as error:  # a crashing cause must never stop the others
        log.debug("cause %s crashed", cause.slug, exc_info=True)
        return Checked(cause, Outcome.CRASHED, f"{type(error).__name__}: {error}"), None
    return Checked(cause, Outcome.FOUND if finding else Outcome.OK), finding


def _clean(finding: Finding, cause: Cause, secrets: Sequence[str]) -> Finding:
    assert finding.evidence, f"{cause.slug} found something without evidence"
    return replace(
        finding,
        summary=redact(finding.summary, secrets),
        fix=Fix(redact(finding.fix.summary, secrets), finding.fix.command, finding.fix.safe),
        evidence=tuple(Evidence(piece.source, redact(piece.text, secrets)) for piece in finding.evidence),
        symptoms=finding.symptoms or cause.symptoms,
    )


def _raised(finding: Finding, symptom: Symptom | None) -> Finding:
    if symptom in finding.symptoms:
        return replace(finding, severity=Severity.ERROR)
    return finding


def _explained_by(cause: Cause, finding: Finding, found: Sequence[tuple[Cause, Finding]]) -> Cause | None:
    for earlier, earlier_finding in found:
        if earlier_finding.severity is not Severity.ERROR:
            continue
        shares = set(finding.symptoms) & set(earlier_finding.symptoms)
        if cause.slug in earlier.explains or (finding.observed and shares):
            return earlier
    return None
