"""The results as one page of HTML that needs nothing else: the way of a request as a picture, then every check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clawkit import render
from clawkit.check import Group, Outcome, Result
from clawkit.report import checks, path
from clawkit.report.legible import legible
from clawkit.report.path import Hop, HopName, State
from clawkit.report.provenance import Provenance

TEMPLATE = "docs/report/page.html.j2"

QUESTIONS = {
    Group.REACHABILITY: "Does a request get through to OpenClaw?",
    Group.TLS: "Is the connection private, and the certificate the right one?",
    Group.APP: "Does the dashboard work as a person would use it?",
    Group.STREAMING: "Do long and streaming answers arrive?",
    Group.SECURITY: "Is everybody else kept out?",
    Group.RESILIENCE: "Does it survive restarts and crashes?",
}

WORDS = {Outcome.OK: "ok", Outcome.FAILED: "failed", Outcome.WARNING: "warning", Outcome.SKIPPED: "skipped",
         Outcome.CRASHED: "could not look"}  # fmt: skip

NAMES = {HopName.CLIENT: "Client", HopName.DNS: "DNS", HopName.PORT: "Port", HopName.TLS: "TLS",
         HopName.PROXY: "Proxy", HopName.GATEWAY: "Gateway", HopName.MODEL: "Model"}  # fmt: skip

MARKS = {State.OK: "ok", State.BROKEN: "failed", State.UNKNOWN: "skipped"}
"""State of a hop -> the mark of an outcome that means the same."""


@dataclass(frozen=True, slots=True)
class Verdict:
    mark: str
    headline: str


@dataclass(frozen=True, slots=True)
class Row:
    """One check as the page shows it."""

    id: str
    title: str
    mark: str
    word: str
    summary: str
    measured: tuple[tuple[str, str], ...]
    reason: str
    next: str
    """A command line; empty where there is none to give."""
    time: str


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    question: str
    tally: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """One hop as the picture shows it."""

    name: str
    icon: str
    state: str
    mark: str
    detail: str
    time: str
    onward: str = ""
    """State and mark of the hop that comes next, whose link is drawn from here; empty for the last."""


def document(results: Sequence[Result], made: Provenance, elapsed_ms: int, left_out: Sequence[str] = ()) -> str:
    way = path.of(results)
    sections = tuple(_section(group, results) for group in Group if any(one.group is group for one in results))
    return render.page(
        TEMPLATE,
        verdict=verdict(results),
        made=made,
        rows=[(name, legible(value)) for name, value in made.rows],
        totals=checks.totals(results) or "no checks",
        elapsed=f"{elapsed_ms / 1000:.1f} s",
        stops=stops_of(way),
        way=legible(sentence(way)),
        tone=tone(way),
        sections=sections,
        steps=[row for section in sections for row in section.rows if row.next],
        left_out=left_out,
    )


def verdict(results: Sequence[Result]) -> Verdict:
    counted = Counter(result.outcome for result in results)
    if not checks.looked(results):
        return Verdict("crashed", "Nothing could be checked")
    if counted[Outcome.FAILED]:
        return Verdict("failed", f"{_number(counted[Outcome.FAILED], 'check')} failed")
    if counted[Outcome.CRASHED]:
        return Verdict("crashed", f"{_number(counted[Outcome.CRASHED], 'check')} could not look")
    if counted[Outcome.WARNING]:
        return Verdict("warning", f"Passed with {_number(counted[Outcome.WARNING], 'warning')}")
    if counted[Outcome.SKIPPED]:
        return Verdict("ok", f"{_number(counted[Outcome.OK], 'check')} passed, {counted[Outcome.SKIPPED]} skipped")
    return Verdict("ok", f"{_number(len(results), 'check')} passed" if len(results) == 1 else
                   f"All {len(results)} checks passed")  # fmt: skip


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def sentence(way: Sequence[Hop]) -> str:
    """What the picture says, for who cannot see it."""
    stop = path.broken_at(way)
    if stop:
        before = [hop for hop in way[: way.index(stop)] if hop.state is State.OK]
        where = f"between {NAMES[before[-1].hop]} and {NAMES[stop.hop]}" if before else f"at {NAMES[stop.hop]}"
        return f"The way breaks {where}: {stop.detail}."
    seen = [NAMES[hop.hop] for hop in way if hop.state is State.OK]
    unseen = [NAMES[hop.hop] for hop in way if hop.state is State.UNKNOWN]
    if not seen:
        return "No hop was seen."
    rest = f" Not looked at: {', '.join(unseen)}." if unseen else ""
    return f"A request gets through: {', '.join(seen)}.{rest}"


def tone(way: Sequence[Hop]) -> str:
    if path.broken_at(way):
        return "failed"
    return "ok" if any(hop.state is State.OK for hop in way) else "skipped"


def stops_of(way: Sequence[Hop]) -> list[Stop]:
    told = path.broken_at(way)  # its detail stands in the sentence below the picture
    stops = [_stop(hop, "" if hop is told else hop.detail) for hop in way]
    onward = [f"{stop.state} {stop.mark}" for stop in stops[1:]]
    return [replace(stop, onward=link) for stop, link in zip(stops, [*onward, ""], strict=True)]


def _stop(hop: Hop, detail: str) -> Stop:
    return Stop(name=NAMES[hop.hop], icon=hop.hop.value, state=hop.state.value, mark=MARKS[hop.state],
                detail=legible(detail), time="" if hop.ms is None else _duration(hop.ms))  # fmt: skip


def _duration(milliseconds: float) -> str:
    return f"{milliseconds:g} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def _section(group: Group, results: Sequence[Result]) -> Section:
    members = [result for result in results if result.group is group]
    name = "TLS" if group is Group.TLS else group.value.capitalize()
    return Section(name, QUESTIONS[group], checks.totals(members), tuple(map(_row, members)))


def _row(result: Result) -> Row:
    acts = result.outcome in (Outcome.FAILED, Outcome.WARNING)
    values = ((name.replace("_", " "), legible(_shown(value))) for name, value in result.measured.items())
    return Row(
        id=result.id,
        title=legible(result.title),
        mark=result.outcome.value,
        word=WORDS[result.outcome],
        summary=legible(result.summary),
        measured=tuple(values),
        reason="" if acts else legible(result.reason),
        next=_next(result),
        time=_duration(result.elapsed_ms) if result.elapsed_ms else "",
    )


def _next(result: Result) -> str:
    if result.outcome is Outcome.CRASHED:
        return f"clawkit verify -vv --only {result.id}"
    return legible(result.reason) if result.outcome in (Outcome.FAILED, Outcome.WARNING) else ""


def _shown(value: str | int | float | bool | None) -> str:
    words = {True: "yes", False: "no", None: "none"}
    return words[value] if value is None or isinstance(value, bool) else str(value) or "none"
