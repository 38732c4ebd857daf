"""`doctor --fix` on files: one cause at a time, proven by looking again, taken back if the proof fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clawkit.doctor.diagnose import Diagnosis
from clawkit.doctor.fixes import edit
from clawkit.doctor.fixes.edit import Changed
from clawkit.doctor.fixes.registry import FIXES
from clawkit.doctor.model.proxy import CONTROLLER
from clawkit.doctor.model.setup import Setup

UNREADABLE = frozenset(
    ("nginx-config-refused", "caddyfile-refused", "map-variable-undefined", "config-unparsable", "compose-file-invalid")
)
"""What a change itself can bring about: the program does not take the file any more."""


@dataclass(frozen=True, slots=True)
class Plan:
    slug: str
    changes: tuple[Changed, ...]

    def diff(self) -> str:
        return "".join(change.diff() for change in self.changes)


@dataclass(frozen=True, slots=True)
class Proof:
    """After writing. Not healed: the files are as they were before."""

    healed: bool
    reason: str
    copies: tuple[Path, ...]
    after: Diagnosis


def plan(setup: Setup, diagnosis: Diagnosis) -> Plan | None:
    """For the root cause, else for the first warning; None where nothing safe is known for it."""
    first = diagnosis.root_cause or next(iter(diagnosis.findings), None)
    if first is None or first[0].slug not in FIXES:
        return None
    files = {source: Path(path) for source, path in setup.files.items()}
    manifests = {source for proxy in setup.proxies if CONTROLLER in proxy.options for source in proxy.files}
    edits = (one for one in FIXES[first[0].slug](setup) if one.at.source not in manifests)
    changes = edit.planned(edits, files)
    return Plan(first[0].slug, changes) if changes else None


def carry_out(plan: Plan, before: Diagnosis, look_again: Callable[[], Diagnosis]) -> Proof:
    """Writes, judges anew, and undoes it when the cause is still there or an error appeared that was not there."""
    copies = edit.write(plan.changes)
    after = look_again()
    reason = _still_wrong(plan.slug, before, after)
    if reason:
        edit.undo(plan.changes, copies)
        copies = ()
    return Proof(not reason, reason, copies, after)


def _still_wrong(slug: str, before: Diagnosis, after: Diagnosis) -> str:
    found = {cause.slug for cause, _ in after.findings}
    if slug in found:
        return f"{slug} is still found"
    known = {cause.slug for cause, _ in before.findings}
    broken = {one.cause.slug for one in after.checked if one.outcome == "crashed"}
    if broken - {one.cause.slug for one in before.checked if one.outcome == "crashed"}:
        return f"could not look again: {', '.join(sorted(broken))}"
    parse = [cause.slug for cause, _ in after.findings if cause.slug not in known and cause.slug in UNREADABLE]
    return f"it brought {parse[0]}" if parse else ""
