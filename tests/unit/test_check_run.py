from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from clawkit.check import Check, Group, Outcome, Verdict, failed, ok, run, warning

Look = Callable[[str], str]


def seen(scene: str) -> str:
    return scene


def check(
    name: str, verdict: Verdict | None = None, *, needs: tuple[str, ...] = (), gather: Look = seen
) -> Check[str, str]:
    return Check(name, name, Group.APP, gather, lambda _facts: verdict or ok("fine"), needs)


def outcomes(*checks: Check[str, str]) -> dict[str, Outcome]:
    return {result.id: result.outcome for result in run(checks, "scene")}


def test_results_keep_the_given_order_whatever_runs_first() -> None:
    assert list(outcomes(check("late", needs=("early",)), check("early"))) == ["late", "early"]


def test_the_judge_sees_what_was_gathered() -> None:
    asked = Check("a", "a", Group.APP, seen, lambda facts: ok(f"saw {facts}", size=len(facts)))
    (result,) = run([asked], "scene")
    assert (result.summary, result.measured, result.reason) == ("saw scene", {"size": 5}, "")


def test_a_failure_names_the_next_command() -> None:
    (result,) = run([check("a", failed("broken", "clawkit up"))], "scene")
    assert (result.outcome, result.reason) == (Outcome.FAILED, "clawkit up")


def test_what_needs_a_failed_check_is_skipped_and_says_which() -> None:
    results = run([check("a", failed("broken", "fix")), check("b", needs=("a",))], "scene")
    assert (results[1].outcome, results[1].reason) == (Outcome.SKIPPED, "a did not pass")


def test_a_chain_of_skipped_checks_names_the_first_failure() -> None:
    results = run([check("a", failed("x", "fix")), check("b", needs=("a",)), check("c", needs=("b",))], "scene")
    assert results[2].reason == "a did not pass"


def test_a_warning_is_good_enough_to_go_on() -> None:
    assert outcomes(check("a", warning("old", "fix")), check("b", needs=("a",)))["b"] is Outcome.OK


def test_a_need_that_was_not_chosen_does_not_hold_a_check_back() -> None:
    assert outcomes(check("b", needs=("not-chosen",))) == {"b": Outcome.OK}


def test_a_crash_says_nothing_about_the_stack_and_stops_nobody() -> None:
    def crash(_scene: str) -> str:
        raise KeyError("surprise")

    results = run([check("a", gather=crash), check("b"), check("c", needs=("a",))], "scene")
    assert [result.outcome for result in results] == [Outcome.CRASHED, Outcome.OK, Outcome.SKIPPED]
    assert "KeyError" in results[0].reason


def test_checks_without_needs_run_side_by_side() -> None:
    meeting = threading.Barrier(2, timeout=5)

    def meet(_scene: str) -> str:
        meeting.wait()
        return ""

    assert set(outcomes(check("a", gather=meet), check("b", gather=meet)).values()) == {Outcome.OK}


def test_a_circle_of_needs_is_our_bug() -> None:
    with pytest.raises(AssertionError, match="circle"):
        run([check("a", needs=("b",)), check("b", needs=("a",))], "scene")


def test_a_check_that_disturbs_the_others_runs_after_all_of_them() -> None:
    order: list[str] = []

    def noted(name: str) -> Look:
        return lambda scene: order.append(name) or scene  # type: ignore[func-returns-value]

    loud = Check("loud", "loud", Group.RESILIENCE, noted("loud"), lambda _facts: ok("fine"), alone=True)
    run([loud, check("first", gather=noted("first")), check("second", needs=("first",), gather=noted("second"))], "s")
    assert order == ["first", "second", "loud"]


def test_a_check_waits_for_its_needs_and_for_nobody_else() -> None:
    late = threading.Event()

    def slow(_scene: str) -> str:
        return "went on" if late.wait(20) else "waited in vain"

    def gather_late(scene: str) -> str:
        late.set()
        return scene

    asked = Check("slow", "slow", Group.APP, slow, ok)
    found = run([asked, check("quick"), check("late", needs=("quick",), gather=gather_late)], "scene")
    assert found[0].summary == "went on"
