from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clawkit.errors import EnvironmentMissing
from clawkit.tls import issuance
from clawkit.tls.issuance import MEANING, Issuance, Problem, State
from fakes import make_stack
from renew_standin import CONNECTION, Bench, answers, entry, places

STACK = make_stack(proxy="nginx", domain="claw.test", acme_directory="https://ca.test:14000/dir")
GATEWAY = STACK.gateways[0]


@pytest.fixture
def rendered(tmp_path: Path) -> Path:
    """The folder of a deployment whose acme container has been at work."""
    return tmp_path


def worked(rendered: Path, *answers: dict[str, object]) -> None:
    bench = Bench(rendered / "bench")
    bench.answers(*answers)
    bench.round()
    (rendered / "data").mkdir()
    (rendered / "bench/data").rename(rendered / "data/acme")


def test_what_the_container_wrote_is_read_back(rendered: Path) -> None:
    worked(rendered)
    found = issuance.read(rendered)["main"]
    assert (found.names, found.state, found.authority) == (("claw.test",), State.ISSUED, "ca.test:14000")
    assert found.not_after is not None and found.not_after > datetime.now(UTC)
    assert not found.failed and found.answers(STACK, GATEWAY)
    assert issuance.find(rendered, STACK, GATEWAY, lambda: "") == found


def test_a_failure_keeps_words_problem_and_the_next_attempt(rendered: Path) -> None:
    worked(rendered, {"code": 1, "output": CONNECTION})
    found = issuance.read(rendered)["main"]
    assert (found.failed, found.problem, found.failures) == (True, Problem.CONNECTION, 1)
    assert found.next_attempt is not None and found.last_attempt is not None
    assert 60 <= (found.next_attempt - found.last_attempt).total_seconds() < 70


def test_both_sides_know_the_same_states_and_problems() -> None:
    assert {state.value for state in entry.State} == {state.value for state in State}
    assert {*answers.PROBLEMS, "other"} == {problem.value for problem in Problem}
    assert set(MEANING) == set(Problem)


def test_before_its_first_word_nothing_is_known(rendered: Path) -> None:
    assert issuance.read(rendered) == {}
    assert issuance.heartbeat(rendered) is None


def test_a_status_that_is_none_says_where_to_look(rendered: Path) -> None:
    (rendered / "data/acme").mkdir(parents=True)
    (rendered / "data/acme/status.json").write_text(json.dumps({"certificates": {"main": {"names": ["claw.test"]}}}))
    with pytest.raises(EnvironmentMissing, match=r"status\.json cannot be read") as refused:
        issuance.read(rendered)
    assert refused.value.fix == "clawkit logs acme"


def test_what_was_asked_for_before_is_no_answer_to_another_question(rendered: Path) -> None:
    worked(rendered)
    found = issuance.read(rendered)["main"]
    for change in ({"aliases": ("www.claw.test",)}, {"acme_directory": "https://other.test/dir"}):
        other = make_stack(**{"proxy": "nginx", "domain": "claw.test", "acme_directory": "https://ca.test:14000/dir",
                              **change})  # fmt: skip
        assert not found.answers(other, other.gateways[0])


def test_asking_now_is_seen_by_the_container(rendered: Path) -> None:
    worked(rendered)
    issuance.ask_now(rendered)
    assert places.Places(rendered / "data/acme").ask_now.exists()


def test_asking_where_no_container_works_says_what_to_do(rendered: Path) -> None:
    with pytest.raises(EnvironmentMissing, match="cannot write") as refused:
        issuance.ask_now(rendered)
    assert refused.value.fix == "clawkit up"


FAILED = Issuance(("claw.test",), State.FAILED, "ca.test:14000", error="claw.test: connection refused",
                  problem=Problem.CONNECTION, failures=1,
                  next_attempt=datetime(2026, 11, 22, 9, 21, 11, tzinfo=UTC))  # fmt: skip


def test_the_sentence_has_the_authoritys_words_the_cause_the_next_attempt_and_a_command() -> None:
    said = issuance.sentence(FAILED, STACK, GATEWAY)
    assert said.startswith("certificate pending for claw.test: ca.test:14000 says: claw.test: connection refused")
    assert "port 80" in said and "2026-11-22 09:21:11 UTC" in said
    assert said.endswith("try: curl -sI http://claw.test/")


@pytest.mark.parametrize("problem", list(Problem))
def test_every_problem_has_a_command_without_gaps(problem: Problem) -> None:
    _, command = issuance.explained(replace(FAILED, problem=problem), STACK, GATEWAY)
    assert command and "{" not in command


def test_while_nothing_was_refused_the_sentence_blames_nobody() -> None:
    for found in (None, replace(FAILED, state=State.PENDING)):
        assert "has not issued it yet" in issuance.sentence(found, STACK, GATEWAY)


def test_with_dns_the_same_error_means_the_record() -> None:
    stack = make_stack(proxy="nginx", domain="claw.test", acme_directory="https://ca.test/dir",
                       acme_challenge="dns-01", dns_hook="hook")  # fmt: skip
    cause, command = issuance.explained(replace(FAILED, problem=Problem.UNAUTHORIZED), stack, stack.gateways[0])
    assert "TXT" in cause and command == "dig +short TXT _acme-challenge.claw.test"


def test_an_address_that_certbot_cannot_keep_has_a_proxy_that_can() -> None:
    words = "name 10.0.0.5 is an IP address. The Let's Encrypt certificate authority will not issue"
    cause, command = issuance.explained(replace(FAILED, error=words, problem=Problem.OTHER), STACK, GATEWAY)
    assert "common name" in cause
    assert command == "clawkit up --proxy caddy"


def test_with_dns_01_a_name_that_is_not_found_is_that_of_the_record() -> None:
    stack = make_stack(proxy="nginx", domain="claw.test", acme_directory="https://ca.test/dir",
                       acme_challenge="dns-01", dns_hook="hook")  # fmt: skip
    _, command = issuance.explained(replace(FAILED, problem=Problem.DNS), stack, stack.gateways[0])
    assert command == "dig +short TXT _acme-challenge.claw.test"
