"""What the doctor found as one page of HTML that needs nothing else: to look at, and to hand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clawkit import __version__, render
from clawkit.doctor.cause import Cause
from clawkit.doctor.diagnose import Diagnosis, Outcome
from clawkit.doctor.finding import Finding, Severity
from clawkit.doctor.open_end import OpenEnd
from clawkit.doctor.path import State, Step
from clawkit.files import write_atomic
from clawkit.report import diagnosis as told
from clawkit.report import page
from clawkit.report import path as ways
from clawkit.report.legible import legible
from clawkit.report.page import Verdict

TEMPLATE = "docs/report/doctor.html.j2"
MARKS = {Severity.ERROR: "failed", Severity.WARNING: "warning", Severity.INFO: "skipped"}
WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "for your information"}
GROUPS = {
    Outcome.FOUND: ("failed", "found"),
    Outcome.OK: ("ok", "looked at and not the case"),
    Outcome.SKIPPED: ("skipped", "not judged"),
    Outcome.CRASHED: ("crashed", "could not look"),
}
NOT_LOOKED = "not looked at"


@dataclass(frozen=True, slots=True)
class Card:
    """One finding, or one failure that nothing explains."""

    slug: str
    mark: str
    word: str
    summary: str
    evidence: tuple[tuple[str, str], ...]
    ruled_out: str
    act: str
    """Heading of what is to be done."""
    fix: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    id: str
    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Line:
    slug: str
    reason: str


@dataclass(frozen=True, slots=True)
class Group:
    mark: str
    title: str
    lines: tuple[Line, ...]


def write(path: Path, diagnosis: Diagnosis, steps: Sequence[Step], ends: Sequence[OpenEnd]) -> None:
    # links are followed: the rename that writes a file whole would otherwise replace the link itself
    write_atomic(path.resolve(), document(diagnosis, steps, ends, at=datetime.now(UTC)))


def document(diagnosis: Diagnosis, steps: Sequence[Step], ends: Sequence[OpenEnd], *, at: datetime) -> str:
    way = tuple(_hop(step) for step in steps)
    walked = any(hop.state is not ways.State.UNKNOWN for hop in way)
    return render.page(
        TEMPLATE,
        version=__version__,
        verdict=verdict(diagnosis, ends),
        where=_where(diagnosis, ends),
        at=at,
        time=at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        looked=told.looked(diagnosis),
        stops=page.stops_of(way),
        way=legible(page.sentence(way)) if walked else "Files were read; nobody walked the way.",
        tone=page.tone(way),
        parts=_parts(diagnosis, ends),
        groups=tuple(_groups(diagnosis)),
    )


def verdict(diagnosis: Diagnosis, ends: Sequence[OpenEnd]) -> Verdict:
    headline = told.headline(diagnosis, ends)
    shown = headline[0].upper() + headline[1:]
    if diagnosis.root_cause:
        return Verdict("failed", shown)
    if ends or not diagnosis.looked:
        return Verdict("crashed", shown)
    warned = any(finding.severity is Severity.WARNING for _, finding in diagnosis.findings)
    return Verdict("warning" if warned else "ok", shown)


def _where(diagnosis: Diagnosis, ends: Sequence[OpenEnd]) -> str:
    if diagnosis.root_cause:
        return legible(diagnosis.root_cause[1].summary)
    return "What was seen rules some causes out; the commands below decide." if ends else ""


def _hop(step: Step) -> ways.Hop:
    """As the picture of `verify` wants it; the same words on both pages mean the same."""
    detail = "" if step.state is State.UNKNOWN and step.detail == NOT_LOOKED else step.detail
    return ways.Hop(ways.HopName(step.hop.value), ways.State(step.state.value), detail, step.ms)


def _parts(diagnosis: Diagnosis, ends: Sequence[OpenEnd]) -> tuple[Part, ...]:
    root = diagnosis.root_cause
    others = tuple(_card(*entry) for entry in diagnosis.findings if entry is not root)
    parts = (
        Part("root", "The root cause", (_card(*root),) if root else ()),
        Part("unexplained", "Seen, and not explained", tuple(map(_end, ends))),
        Part("others", "Also seen" if root else "Seen", others),
    )
    return tuple(part for part in parts if part.cards)


def _card(cause: Cause, finding: Finding) -> Card:
    commands = (finding.fix.command,) if finding.fix.command else ()
    return Card(
        slug=cause.slug,
        mark=MARKS[finding.severity],
        word=WORDS[finding.severity],
        summary=legible(finding.summary),
        evidence=tuple((legible(piece.source), legible(piece.text)) for piece in finding.evidence),
        ruled_out="",
        act="The fix",
        fix=legible(finding.fix.summary),
        commands=tuple(map(legible, commands)),
    )


def _end(end: OpenEnd) -> Card:
    return Card(slug="", mark="crashed", word="no cause named", summary=legible(end.seen),
                evidence=((legible(end.source), ""),), ruled_out=legible(", ".join(end.ruled_out)),
                act="What to run next", fix="", commands=tuple(map(legible, end.next_commands)))  # fmt: skip


def _groups(diagnosis: Diagnosis) -> list[Group]:
    groups = []
    for outcome, (mark, title) in GROUPS.items():
        lines = tuple(Line(one.cause.slug, legible(one.reason)) for one in diagnosis.checked if one.outcome is outcome)
        if lines:
            groups.append(Group(mark, f"{len(lines)} {title}", lines))
    return groups
