from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from clawkit.check import Outcome, Result
from clawkit.report import junit
from samples import GREEN, IMAGE_ID, every_outcome, made, result

# What jenkinsci/xunit-plugin's junit-10.xsd allows of each element: attributes, then children.
ALLOWED = {
    "testsuites": ({"name", "time", "tests", "failures", "disabled", "errors", "skipped"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "time", "disabled", "skipped", "timestamp", "hostname", "id"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set[str](), {"property"}),
    "property": ({"name", "value"}, set[str]()),
    "testcase": (
        {"name", "classname", "time", "status"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": ({"type", "message"}, set[str]()),
    "error": ({"type", "message"}, set[str]()),
    "skipped": ({"type", "message"}, set[str]()),
    "system-out": (set[str](), set[str]()),
}
REQUIRED = {"testsuite": {"name", "tests"}, "testcase": {"name", "classname", "time"}, "property": {"name", "value"}}
SECONDS = re.compile(r"\d+\.\d{3}")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def parsed(results: Sequence[Result]) -> Element:
    text = junit.document(results, made(results), 612)
    assert text.startswith("<?xml version='1.0' encoding='utf-8'?>\n")
    return ElementTree.fromstring(text.encode())


def case(root: Element, id: str) -> Element:
    (found,) = (one for one in root.iter("testcase") if one.get("classname", "").endswith(f".{id}"))
    return found


@pytest.mark.parametrize("results", [GREEN, every_outcome(), ()], ids=["green", "every outcome", "nothing"])
def test_it_holds_only_what_the_common_schema_allows(results: tuple[Result, ...]) -> None:
    for element in parsed(results).iter():
        attributes, children = ALLOWED[element.tag]
        assert set(element.attrib) <= attributes, element.tag
        assert {child.tag for child in element} <= children, element.tag
        assert set(element.attrib) >= REQUIRED.get(element.tag, set()), element.tag
        if "time" in element.attrib:
            assert SECONDS.fullmatch(element.attrib["time"])
        if "timestamp" in element.attrib:
            assert TIMESTAMP.fullmatch(element.attrib["timestamp"])


def test_the_counts_of_suites_and_of_the_whole_add_up() -> None:
    root = parsed(every_outcome())
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "13", "failures": "1", "errors": "1", "skipped": "1"}  # fmt: skip
    tags = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for key, tag in tags.items():
        for suite in root:
            assert int(suite.get(key, "-1")) == len(list(suite.iter(tag))), (suite.get("name"), key)
        assert sum(int(suite.get(key, "-1")) for suite in root) == int(root.get(key, "-1"))
    for suite in root:
        times = sum(float(one.get("time", "nan")) for one in suite.iter("testcase"))
        assert float(suite.get("time", "nan")) == pytest.approx(times)


def test_there_is_a_suite_per_group_in_the_order_of_traffic() -> None:
    assert [suite.get("name") for suite in parsed(every_outcome())] == ["reachability", "tls", "app", "security"]


def test_each_outcome_is_the_element_that_ci_systems_read() -> None:
    root = parsed(every_outcome())
    told = {id: [child.tag for child in case(root, id)]
            for id in ("control-ui", "unknown-host", "readyz", "tls-age", "healthz")}  # fmt: skip
    assert told == {"control-ui": ["failure"], "unknown-host": ["error"], "readyz": ["skipped"],
                    "tls-age": ["system-out"], "healthz": ["system-out"]}  # fmt: skip


def test_a_failure_holds_what_was_seen_and_the_next_command() -> None:
    failure = case(parsed(every_outcome()), "control-ui")[0]
    assert failure.get("message") == "2 of 9 assets wrong"
    assert (failure.text or "").splitlines() == ["2 of 9 assets wrong", "wrong: 2", "next: clawkit logs proxy"]
    assert case(parsed(every_outcome()), "unknown-host")[0].get("message") == "could not look: ValueError: boom"
    assert (case(parsed(every_outcome()), "tls-age")[0].text or "").startswith("warning: 9 days left")


def test_checks_of_several_gateways_stay_apart() -> None:
    again = tuple(replace(one, title=f"{one.title} (team)") for one in GREEN)
    names = [(one.get("classname"), one.get("name")) for one in parsed((*GREEN, *again)).iter("testcase")]
    assert len(set(names)) == len(names) == 2 * len(GREEN)


def test_what_a_server_sends_cannot_break_the_document() -> None:
    hostile = '</failure><testcase name="x"/> ]]> & \x00 \x1b[31m \ud800 \u202e'
    root = parsed((result("healthz", outcome=Outcome.FAILED, summary=hostile, reason="clawkit up", body=hostile),))
    assert len(list(root.iter("testcase"))) == 1
    message = case(root, "healthz")[0].get("message", "")
    assert message == '</failure><testcase name="x"/> ]]> & \ufffd \ufffd[31m \ufffd \ufffd'


def test_every_suite_says_what_it_was_run_on() -> None:
    for suite in parsed(GREEN):
        found = {one.get("name"): one.get("value") for one in suite.iter("property")}
        assert found["address"] == "https://claw.example.com/"
        assert found["gateway image ID"] == IMAGE_ID
