"""What the doctor found, for a person at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from clawkit.doctor.cause import Cause
from clawkit.doctor.diagnose import Diagnosis, Outcome
from clawkit.doctor.finding import Evidence, Finding, Severity
from clawkit.doctor.open_end import OpenEnd
from clawkit.doctor.path import State, Step
from clawkit.report import wrap
from clawkit.report.legible import legible
from clawkit.report.style import Style

MARKS = {Severity.ERROR: "FAIL", Severity.WARNING: "warn", Severity.INFO: "info"}
INDENT = " " * 5
SHOWN = {Severity.ERROR: 4, Severity.WARNING: 1, Severity.INFO: 1}
"""Pieces of evidence that a person is shown; the rest with -v."""
LOG_LINES = 6
"""Rows that one piece of evidence may take on a terminal; a log line has few hundred characters."""
NAMES = {"dns": "DNS", "tls": "TLS"}


def lines(diagnosis: Diagnosis, path: Sequence[Step], ends: Sequence[OpenEnd], style: Style, *,
          verbose: bool = False, mendable: str = "") -> list[str]:  # fmt: skip
    """`mendable`: the command that mends the first finding, where `--fix` can."""
    shown = [row(path, style), ""]
    for cause, finding in diagnosis.findings:
        shown += [*_finding(cause, finding, style, verbose=verbose), ""]
    for end in ends:
        shown += [*_open_end(end, style), ""]
    if verbose:
        shown += [f"{style.mark('???')} {one.cause.slug} could not look: {legible(one.reason)}"
                  for one in diagnosis.checked if one.outcome is Outcome.CRASHED]  # fmt: skip
    return [*shown, *_last(diagnosis, ends, style, mendable)]


def row(path: Sequence[Step], style: Style) -> str:
    """client ── DNS ── port ── TLS ┄┄ proxy ─✗─ gateway ┄┄ model: seen, not looked at, broken, also without colour."""
    text = ""
    for step in path:
        name = NAMES.get(step.hop.value, step.hop.value)
        link, said = {
            State.OK: (style.paint("32", " ── "), style.paint("32", name)),
            State.BROKEN: (style.red(" ─✗─ "), style.red(style.bold(name))),
            State.UNKNOWN: (style.dim(" ┄┄ "), style.dim(name)),
        }[step.state]
        text += f"{link}{said}" if text else said
    return text


def headline(diagnosis: Diagnosis, ends: Sequence[OpenEnd]) -> str:
    """What it comes to, in a few words."""
    warnings = _count(sum(one.severity is Severity.WARNING for _, one in diagnosis.findings), "warning")
    root = diagnosis.root_cause
    if root is not None:
        return f"root cause: {root[0].slug}" + (f", and {warnings}" if warnings else "")
    if ends:
        return "something fails, and what was given does not name the cause"
    if not diagnosis.looked:
        return "nothing could be looked at"
    return f"nothing is proven to be broken; {warnings}" if warnings else "healthy"


def looked(diagnosis: Diagnosis) -> str:
    """How many causes were judged, and what there was not to judge."""
    counted = Counter(one.outcome for one in diagnosis.checked)
    text = f"{counted[Outcome.OK] + counted[Outcome.FOUND]} of {len(diagnosis.checked)} causes could be judged"
    return f"{text}, {counted[Outcome.CRASHED]} crashed (see -v)" if counted[Outcome.CRASHED] else text


def _count(number: int, noun: str) -> str:
    return "" if not number else f"1 {noun}" if number == 1 else f"{number} {noun}s"


def _last(diagnosis: Diagnosis, ends: Sequence[OpenEnd], style: Style, mendable: str) -> list[str]:
    """The last line is the next command, where there is one."""
    first = next(iter(diagnosis.findings), None)
    mark = "FAIL" if diagnosis.root_cause else "???" if ends or not diagnosis.looked else "ok"
    told = wrap.hanging("     ", f"{headline(diagnosis, ends)} ({looked(diagnosis)})", style.width)
    shown = [f"{style.mark(mark)} {style.bold(told[0].strip())}", *(style.bold(line) for line in told[1:])]
    if not diagnosis.looked and not ends:
        shown += wrap.hanging(f"{INDENT}give  ", "nginx.conf, Caddyfile, compose.yaml, openclaw.json, logs, or what "
                              "docker inspect, curl -v or ss -ltnp said", style.width)  # fmt: skip
        return [*shown, f"{INDENT}run   clawkit doctor FOLDER"]
    if mendable and ends:
        shown += wrap.command(f"{INDENT}mend  ", mendable, style.width)
    if ends:
        return shown + wrap.hanging(f"{INDENT}then  ", "run the commands above, keep what they say in a file, and give "
                                    "it to clawkit doctor as well", style.width)  # fmt: skip
    if mendable:
        shown += wrap.command(f"{INDENT}mend  ", mendable, style.width)
    return [*shown, f"{INDENT}more  clawkit explain {first[0].slug}"] if first else shown


def _finding(cause: Cause, finding: Finding, style: Style, *, verbose: bool) -> list[str]:
    told = wrap.hanging(INDENT, legible(finding.summary), style.width)
    mark = style.mark(MARKS[finding.severity])
    shown = [f"{mark} {style.bold(told[0].strip())}", *(style.bold(line) for line in told[1:])]
    if finding.severity is not Severity.ERROR:
        shown.append(f"{INDENT}{style.dim(cause.slug)}")
    pieces = finding.evidence if verbose else finding.evidence[: SHOWN[finding.severity]]
    for piece in pieces:
        shown += _seen(piece, style, verbose=verbose)
    if len(pieces) < len(finding.evidence):
        shown.append(style.dim(f"{INDENT}      {len(finding.evidence) - len(pieces)} more with -v"))
    shown += wrap.hanging(f"{INDENT}fix   ", legible(finding.fix.summary), style.width)
    if finding.fix.command:
        shown += wrap.command(f"{INDENT}run   ", legible(finding.fix.command), style.width)
    return shown


def _seen(piece: Evidence, style: Style, *, verbose: bool) -> list[str]:
    """The source and the line behind each other where both fit, else the line below its source."""
    texts = legible(piece.text).splitlines() or [""]
    source = legible(piece.source)
    beside = f"{INDENT}seen  {source}  {texts[0]}".rstrip()
    if len(texts) == 1 and (not style.width or len(beside) <= style.width):
        return [f"{INDENT}seen  {source}  {style.dim(texts[0])}".rstrip() if texts[0] else beside]
    shown = wrap.hanging(f"{INDENT}seen  ", source, style.width)
    for text in texts:
        below = wrap.hanging(f"{INDENT}      ", text.rstrip(), style.width, most=0 if verbose else LOG_LINES)
        shown += [style.dim(line) for line in below]
    return shown


def _open_end(end: OpenEnd, style: Style) -> list[str]:
    told = wrap.hanging(INDENT, legible(end.seen), style.width)
    shown = [f"{style.mark('???')} {style.bold(told[0].strip())}", *(style.bold(line) for line in told[1:])]
    shown += wrap.hanging(f"{INDENT}seen  ", legible(end.source), style.width)
    if end.ruled_out:
        shown += wrap.hanging(f"{INDENT}not   ", ", ".join(end.ruled_out), style.width)
    for number, command in enumerate(end.next_commands):
        shown += wrap.command(f"{INDENT}{'      ' if number else 'run   '}", legible(command), style.width)
    return shown
