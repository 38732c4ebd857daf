from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clawkit.check import Outcome, Verdict
from clawkit.probe.certificate import Certificate
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.tls import NO_AUTHORITY, TlsFacts
from clawkit.verify.checks import certificate_chain, certificate_expiry, certificate_name, tls_version

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def leaf(*names: str, left: timedelta = 60 * DAY, lifetime: timedelta = 90 * DAY) -> Certificate:
    end = NOW + left
    return Certificate("claw", "Test CA", names, end - lifetime, end, "1", "ab")


def version(facts: TlsFacts) -> Verdict:
    return tls_version.judge(tls_version.Facts(facts, "127.0.0.1:443", "claw.test"))


def chain(facts: TlsFacts) -> Verdict:
    return certificate_chain.judge(certificate_chain.Facts(facts, "ca.pem", NOW))


def expiry(left: timedelta, lifetime: timedelta = 90 * DAY) -> Verdict:
    return certificate_expiry.judge(certificate_expiry.Facts(leaf(left=left, lifetime=lifetime), NOW))


def test_tls_1_3_with_h2_is_ok_and_tells_the_time() -> None:
    verdict = version(TlsFacts(version="TLS 1.3", alpn="h2", handshake_ms=12.0))
    assert (verdict.outcome, verdict.summary) == (Outcome.OK, "TLS 1.3, h2, handshake 12 ms")


def test_an_old_version_fails() -> None:
    assert version(TlsFacts(version="TLS 1.1", alpn="h2")).outcome is Outcome.FAILED


def test_a_server_without_http_2_is_a_warning() -> None:
    assert version(TlsFacts(version="TLS 1.2", alpn="http/1.1")).outcome is Outcome.WARNING


def test_a_pending_certificate_is_told_apart_from_a_dead_proxy() -> None:
    pending = version(TlsFacts(failure=Failure(Trouble.NO_CERTIFICATE, "alert")))
    dead = version(TlsFacts(failure=Failure(Trouble.REFUSED, "connection refused")))
    assert "no certificate for claw.test yet" in pending.summary and pending.fix == "clawkit logs proxy"
    assert "connection refused" in dead.summary and dead.fix == "clawkit up"


def test_a_trusted_chain_is_ok_and_names_the_issuer() -> None:
    verdict = chain(TlsFacts(leaf=leaf("claw.test")))
    assert (verdict.outcome, verdict.measured["issuer"]) == (Outcome.OK, "Test CA")


def test_an_untrusted_chain_fails_with_openssl_s_words() -> None:
    verdict = chain(TlsFacts(verify_code=20, chain_code=20, verify_message="unable to get issuer", leaf=leaf("a")))
    assert verdict.outcome is Outcome.FAILED
    assert "unable to get issuer" in verdict.summary and "ca.pem" in verdict.summary


def test_an_expired_leaf_is_the_expiry_check_s_business_and_not_the_chain_s() -> None:
    assert chain(TlsFacts(verify_code=10, leaf=leaf("a", left=-DAY))).outcome is Outcome.OK


def test_an_expired_authority_over_a_valid_leaf_fails_the_chain() -> None:
    verdict = chain(TlsFacts(verify_code=10, verify_message="certificate has expired", leaf=leaf("a")))
    assert verdict.outcome is Outcome.FAILED and "of the authority" in verdict.summary


def test_an_unreadable_ca_file_fails_with_its_name() -> None:
    facts = TlsFacts(verify_code=NO_AUTHORITY, chain_code=NO_AUTHORITY, verify_message="cannot read x", leaf=leaf("a"))
    assert chain(facts).summary == "cannot read x"


def test_no_certificate_at_all_fails_every_certificate_check() -> None:
    assert chain(TlsFacts()).outcome is Outcome.FAILED
    assert certificate_name.judge(certificate_name.Facts(None, "claw.test")).outcome is Outcome.FAILED
    assert certificate_expiry.judge(certificate_expiry.Facts(None, NOW)).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("names", "domain", "outcome"),
    [
        (("claw.test",), "claw.test", Outcome.OK),
        (("192.0.2.2",), "192.0.2.2", Outcome.OK),
        (("other.test",), "claw.test", Outcome.FAILED),
        (("claw.test",), "192.0.2.2", Outcome.FAILED),
    ],
)
def test_the_certificate_must_name_the_domain(names: tuple[str, ...], domain: str, outcome: Outcome) -> None:
    assert certificate_name.judge(certificate_name.Facts(leaf(*names), domain)).outcome is outcome


@pytest.mark.parametrize(
    ("left", "lifetime", "outcome"),
    [
        (60 * DAY, 90 * DAY, Outcome.OK),
        (20 * DAY, 90 * DAY, Outcome.WARNING),
        (-DAY, 90 * DAY, Outcome.FAILED),
        (timedelta(hours=5), timedelta(hours=12), Outcome.OK),
        (timedelta(hours=2), timedelta(hours=12), Outcome.WARNING),
        (100 * DAY, 90 * DAY, Outcome.FAILED),
    ],
)
def test_what_is_left_counts_against_the_certificate_s_own_lifetime(
    left: timedelta, lifetime: timedelta, outcome: Outcome
) -> None:
    assert expiry(left, lifetime).outcome is outcome


def test_a_certificate_of_the_future_points_at_the_clock() -> None:
    assert "clock" in expiry(100 * DAY, 90 * DAY).summary


@pytest.mark.parametrize(
    ("span", "text"),
    [(60 * DAY, "60 days"), (timedelta(hours=11, minutes=50), "11 hours"), (timedelta(minutes=90), "90 minutes")],
)
def test_a_span_is_shown_in_the_unit_that_people_would_use(span: timedelta, text: str) -> None:
    assert certificate_expiry.shown(span) == text
