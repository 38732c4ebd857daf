from __future__ import annotations

import datetime as dt
import json

import pytest

from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.reach import authority
from clawkit.reach.facts import Authority, Cause, Severity

DIRECTORY = "https://acme-v02.api.letsencrypt.org/directory"
STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory"
NOON = dt.datetime(2026, 11, 22, 12, 0, 0, tzinfo=dt.UTC)


def answer(document: object = None, date: str = "Sun, 22 Nov 2026 12:00:00 GMT") -> HttpFacts:
    headers = (("date", date), ("content-type", "application/json"))
    return HttpFacts("/directory", status=200, headers=headers, body=json.dumps(document or {}).encode())


def look(seen: HttpFacts, now: dt.datetime = NOON, directory: str = DIRECTORY) -> Authority:
    return authority.look(directory, lambda _: seen, lambda: now)


@pytest.mark.parametrize(("seconds", "words"), [
    (3725, "is 1:02:05 ahead of that of acme-v02.api.letsencrypt.org"), (-86400, "is 1 day, 0:00:00 behind that of"),
])  # fmt: skip
def test_a_wrong_clock_is_an_error_with_its_amount_and_direction(seconds: int, words: str) -> None:
    found = authority.judge(look(answer(), NOON + dt.timedelta(seconds=seconds)))
    assert found and found.cause is Cause.CLOCK_WRONG and found.severity is Severity.ERROR
    assert words in found.summary and found.fix == "sudo timedatectl set-ntp true"


@pytest.mark.parametrize("seconds", [0, 60, -60])
def test_a_clock_within_a_minute_is_right(seconds: int) -> None:
    assert authority.judge(look(answer(), NOON + dt.timedelta(seconds=seconds))) is None


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_an_authority_without_a_date_says_nothing_about_the_clock(date: str) -> None:
    assert authority.judge(look(answer(date=date), NOON + dt.timedelta(days=9))) is None


def test_an_authority_that_does_not_answer_is_a_warning_with_what_was_seen() -> None:
    seen = look(HttpFacts("/directory", failure=Failure(Trouble.REFUSED, "connection refused")))
    found = authority.judge(seen)
    assert found and found.cause is Cause.AUTHORITY_UNREACHABLE and found.severity is Severity.WARNING
    assert DIRECTORY in found.summary and "connection refused" in found.summary
    assert seen.identities == ("letsencrypt.org",)


def test_the_directory_names_the_authority_itself() -> None:
    document = {"meta": {"caaIdentities": ["ca.example.org", 7]}}
    assert look(answer(document), directory="https://ca.example.org/dir").identities == ("ca.example.org",)


@pytest.mark.parametrize("document", [{}, {"meta": []}, {"meta": {"caaIdentities": "x"}}])
@pytest.mark.parametrize(("directory", "known"), [
    (DIRECTORY, ("letsencrypt.org",)), (STAGING, ("letsencrypt.org",)), ("https://ca.example.org/dir", ()),
    ("https://letsencrypt.org.example.com/dir", ()),
])  # fmt: skip
def test_a_directory_that_does_not_say_leaves_what_is_known_of_it(
    document: object, directory: str, known: tuple[str, ...]
) -> None:
    assert look(answer(document), directory=directory).identities == known
