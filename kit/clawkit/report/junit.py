"""The results as JUnit XML, for CI systems: a suite per group, a case per check.

There is no standard; this keeps to what Jenkins' schema (jenkinsci/xunit-plugin, junit-10.xsd) allows, which GitLab,
GitHub's and Azure's readers take as well: an <error> could not look, a <failure> looked and found.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from clawkit.check import Group, Outcome, Result
from clawkit.report.legible import legible
from clawkit.report.provenance import Provenance

COUNTED = {"failures": Outcome.FAILED, "errors": Outcome.CRASHED, "skipped": Outcome.SKIPPED}


def document(results: Sequence[Result], made: Provenance, elapsed_ms: int) -> str:
    root = Element("testsuites", {"name": "clawkit verify", **_counts(results), "time": _seconds(elapsed_ms)})
    for group in Group:
        members = [result for result in results if result.group is group]
        if members:
            _suite(root, group, members, made)
    indent(root)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, group: Group, members: Sequence[Result], made: Provenance) -> None:
    time = _seconds(sum(result.elapsed_ms for result in members))
    # XSDs of this format take no time zone; it is UTC
    suite = SubElement(root, "testsuite", {"name": group.value, **_counts(members), "time": time,
                                           "timestamp": made.at.strftime("%Y-%m-%dT%H:%M:%S")})  # fmt: skip
    properties = SubElement(suite, "properties")
    for name, value in made.rows:
        SubElement(properties, "property", {"name": name, "value": legible(value)})
    for result in members:
        _case(suite, result)


def _case(suite: Element, result: Result) -> None:
    named = {"classname": f"clawkit.verify.{result.group.value}.{result.id}", "name": legible(result.title)}
    case = SubElement(suite, "testcase", {**named, "time": _seconds(result.elapsed_ms)})
    match result.outcome:
        case Outcome.FAILED:
            _told(case, "failure", result, result.summary)
        case Outcome.CRASHED:
            _told(case, "error", result, f"{result.summary}: {result.reason}")
        case Outcome.SKIPPED:
            SubElement(case, "skipped", {"message": legible(result.reason)})
        case Outcome.OK | Outcome.WARNING:
            SubElement(case, "system-out").text = legible(_text(result))


def _told(case: Element, tag: str, result: Result, message: str) -> None:
    told = SubElement(case, tag, {"type": result.outcome.value, "message": legible(message)})
    told.text = legible(_text(result))


def _text(result: Result) -> str:
    said = f"warning: {result.summary}" if result.outcome is Outcome.WARNING else result.summary
    values = [f"{name}: {value}" for name, value in result.measured.items()]
    return "\n".join([said, *values, *([f"next: {result.reason}"] if result.reason else [])])


def _counts(results: Sequence[Result]) -> dict[str, str]:
    counted = {name: sum(result.outcome is outcome for result in results) for name, outcome in COUNTED.items()}
    return {name: str(number) for name, number in {"tests": len(results), **counted}.items()}


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f}"
