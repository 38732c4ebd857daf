"""The engine of the doctor: order, consequences, crashes, what cannot be judged."""

from __future__ import annotations

import pytest
from doctor_made import cause, finding, gateway, proxy, route

from clawkit.doctor import path as ways
from clawkit.doctor.diagnose import Outcome, diagnose
from clawkit.doctor.finding import Hop, Severity, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.path import State, Step

SETUP = Setup(proxies=(proxy(route("127.0.0.1", 18789)),), gateways=(gateway(),))


def test_the_first_error_in_causal_order_is_the_root_cause_even_behind_a_warning() -> None:
    causes = (cause("early", finding(severity=Severity.WARNING)), cause("late", finding()))
    result = diagnose(SETUP, causes)
    assert result.root_cause is not None and result.root_cause[0].slug == "late"
    assert [one.slug for one, _ in result.findings] == ["late", "early"]


def test_a_consequence_is_not_listed_and_names_what_it_follows_from() -> None:
    causes = (cause("first", finding(), explains=frozenset({"then"})), cause("then", finding()))
    result = diagnose(SETUP, causes)
    assert [one.slug for one, _ in result.findings] == ["first"]
    assert (result.checked[1].outcome, result.checked[1].reason) == (Outcome.SKIPPED, "follows from first")


def test_an_observed_symptom_is_explained_by_an_earlier_error_with_the_same_symptom() -> None:
    seen = finding(observed=True)
    assert len(diagnose(SETUP, (cause("a", finding()), cause("b", seen))).findings) == 1
    other = cause("b", seen, symptoms=(Symptom.FORBIDDEN,))
    assert len(diagnose(SETUP, (cause("a", finding()), other)).findings) == 2


def test_a_warning_explains_nothing_away() -> None:
    causes = (cause("a", finding(severity=Severity.WARNING), explains=frozenset({"b"})), cause("b", finding()))
    assert [one.slug for one, _ in diagnose(SETUP, causes).findings] == ["b", "a"]


def test_a_crashing_cause_says_so_and_stops_no_other() -> None:
    def judge(setup: Setup) -> None:
        raise KeyError("x")

    broken = cause("broken", None)
    crashing = type(broken)(
        broken.slug, broken.title, broken.layer, broken.hop, broken.symptoms, broken.looks_at, judge
    )
    result = diagnose(SETUP, (crashing, cause("sound", finding())))
    assert result.checked[0].outcome is Outcome.CRASHED and "KeyError" in result.checked[0].reason
    assert result.root_cause is not None


def test_without_its_parts_a_cause_is_skipped_and_nothing_was_looked_at() -> None:
    result = diagnose(Setup(), (cause("a", finding(), part=Part.GATEWAY),))
    assert result.checked[0].outcome is Outcome.SKIPPED
    assert "OpenClaw's configuration" in result.checked[0].reason
    assert not result.looked


def test_an_error_that_produces_the_symptom_comes_before_one_that_does_not() -> None:
    early = cause("early", finding(), symptoms=(Symptom.BAD_GATEWAY,))
    raised = cause("raised", finding(severity=Severity.WARNING), symptoms=(Symptom.WS_CUT,))
    late = cause("late", finding(), symptoms=(Symptom.WS_CUT,))
    for symptom, first in ((None, "early"), (Symptom.WS_CUT, "late"), (Symptom.NOT_FOUND, "early")):
        found = diagnose(SETUP, (early, raised, late), symptom=symptom).root_cause
        assert found is not None and found[0].slug == first
    found = diagnose(SETUP, (early, raised), symptom=Symptom.WS_CUT).root_cause
    assert found is not None and found[0].slug == "early"


def test_the_symptom_that_a_user_sees_raises_a_warning_to_an_error() -> None:
    causes = (cause("slow", finding(severity=Severity.WARNING), symptoms=(Symptom.GATEWAY_TIMEOUT,)),)
    assert diagnose(SETUP, causes).root_cause is None
    assert diagnose(SETUP, causes, symptom=Symptom.GATEWAY_TIMEOUT).root_cause is not None
    assert diagnose(SETUP, causes, symptom=Symptom.BAD_GATEWAY).root_cause is None


def test_evidence_leaves_without_its_secrets() -> None:
    leaky = finding('"token": "0123456789abcdef"')
    _, told = diagnose(SETUP, (cause("a", leaky),)).findings[0]
    assert "0123456789" not in told.summary + told.evidence[0].text


@pytest.mark.parametrize(("walked", "state"), [((), State.UNKNOWN), ((Step(Hop.DNS, State.OK, "here"),), State.OK)])
def test_the_path_marks_the_break_of_the_root_cause(walked: tuple[Step, ...], state: State) -> None:
    steps = {step.hop: step for step in ways.of(diagnose(SETUP, (cause("a", finding()),)), walked)}
    assert list(steps) == list(Hop)
    assert steps[Hop.PROXY].state is State.BROKEN and steps[Hop.DNS].state is state


def test_behind_the_break_nothing_is_said_to_be_broken() -> None:
    walked = (Step(Hop.GATEWAY, State.BROKEN, "no answer"),)
    steps = {step.hop: step for step in ways.of(diagnose(SETUP, (cause("a", finding()),)), walked)}
    assert steps[Hop.GATEWAY].state is State.UNKNOWN
