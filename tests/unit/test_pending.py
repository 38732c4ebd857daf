"""While the authority's certificate is on its way, nothing may call the stack broken."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clawkit import bringup, wait
from clawkit import deployment as deployments
from clawkit.check import Group, Outcome, Result
from clawkit.commands import up
from clawkit.engine.ports import Health
from clawkit.probe.certificate import Certificate
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.probe.tls import TlsFacts
from clawkit.readiness import look
from clawkit.report import card, certificates
from clawkit.report.style import Style
from clawkit.settings.secret import Secret
from clawkit.stack import Stack
from clawkit.tls import issuance, site
from clawkit.tls.authority import TEMPORARY, make_leaf, make_root, make_temporary
from clawkit.tls.pair import Pair
from clawkit.verify import deployed, pending
from clawkit.verify.inside import Inside
from clawkit.verify.registry import BEHIND_TLS, CHECKS, run_all
from clawkit.verify.scene import Scene
from clawkit.verify.served import Served
from fakes import FakeEngine, make_stack, service
from renew_standin import CONNECTION, Bench

ACME = {"domain": "claw.test", "acme_directory": "https://ca.test:14000/dir"}
NO_CERTIFICATE = TlsFacts(failure=Failure(Trouble.NO_CERTIFICATE, "no certificate"))
NOW = datetime.now(UTC)
FORBIDDEN = "[claw.test] Obtain: HTTP 400 urn:ietf:params:acme:error:caa - forbidden by CAA"
REFUSAL = json.dumps({"ts": NOW.timestamp(), "logger": "tls.obtain", "msg": "will retry", "error": FORBIDDEN})


def certificate(issuer: str, sha256: str = "ab") -> Certificate:
    return Certificate("claw", issuer, ("claw.test",), NOW - timedelta(days=1), NOW + timedelta(days=9), "1", sha256)


def shows(monkeypatch: pytest.MonkeyPatch, facts: TlsFacts) -> None:
    monkeypatch.setattr(pending, "handshake", lambda *_a, **_k: facts)


def waited(folder: Path, stack: Stack, said: str = "") -> tuple[bringup.Late, ...]:
    deployment = deployments.open_folder(folder, {}, environ={})
    engine: Any = FakeEngine((service("proxy"), service("gateway")), said=said)
    return bringup.wait_for_certificate(deployment, stack, engine, lambda _: None)


def impatient(**settings: Any) -> Stack:
    stack = make_stack(**{**ACME, **settings})
    return replace(stack, settings=stack.settings.model_copy(update={"timeout": 0.05}))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait, "FIRST_POLL_SECONDS", 0.0)


def worked(rendered: Path, *answers: dict[str, object]) -> Bench:
    """The acme container of this deployment had one round; its plan and its data lie where a deployment has them."""
    bench = Bench(rendered / "bench")
    bench.answers(*answers)
    (rendered / "acme").mkdir()
    (bench.folder / "plan.json").replace(rendered / "acme/plan.json")
    (bench.folder / "plan.json").symlink_to(rendered / "acme/plan.json")
    bench.round()
    (rendered / "data").mkdir()
    (bench.folder / "data").rename(rendered / "data/acme")
    pair = Pair(*((bench.folder / f"certbot/{name}.pem").read_text() for name in ("fullchain", "privkey")))
    site.install(rendered, "main", make_temporary(("claw.test",)) if answers else pair, (1000, 1000))
    return bench


def test_a_stack_without_an_authority_waits_for_nothing(tmp_path: Path) -> None:
    assert waited(tmp_path, make_stack(domain="localhost")) == ()


def test_a_certificate_that_caddy_shows_is_not_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shows(monkeypatch, TlsFacts(leaf=certificate("CA")))
    assert waited(tmp_path, impatient()) == ()


def test_without_an_answer_of_the_authority_it_is_late_and_has_not_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows(monkeypatch, NO_CERTIFICATE)
    (late,) = waited(tmp_path, impatient())
    assert not late.failed
    assert late.sentence.startswith("certificate pending for claw.test: ca.test:14000 has not issued it yet")


def test_what_caddys_log_says_ends_the_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shows(monkeypatch, NO_CERTIFICATE)
    (late,) = waited(tmp_path, make_stack(**ACME), said=REFUSAL)
    assert late.failed
    assert "ca.test:14000 says: forbidden by CAA" in late.sentence and "dig +short CAA claw.test" in late.sentence


def test_what_the_acme_container_says_ends_the_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worked(tmp_path / "stack", {"code": 1, "output": CONNECTION})
    shows(monkeypatch, TlsFacts(leaf=certificate(TEMPORARY)))
    (late,) = waited(tmp_path, make_stack(proxy="nginx", **ACME))
    assert late.failed and "connection refused" in late.sentence


def test_a_refusal_of_an_earlier_plan_does_not_end_the_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worked(tmp_path / "stack", {"code": 1, "output": CONNECTION})
    status = tmp_path / "stack/data/acme/status.json"
    told = json.loads(status.read_text())
    told["certificates"]["main"]["last_attempt"] = "2026-01-01T00:00:00Z"
    status.write_text(json.dumps(told))
    os.utime(tmp_path / "stack/acme/plan.json")
    shows(monkeypatch, TlsFacts(leaf=certificate(TEMPORARY)))
    (late,) = waited(tmp_path, impatient(proxy="nginx"))
    assert not late.failed


def test_a_refusal_that_the_new_plan_changes_nothing_about_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = worked(tmp_path / "stack", {"code": 1, "output": CONNECTION})
    (bench.folder / "data").symlink_to(tmp_path / "stack/data/acme")
    bench.pass_time(30)  # the next attempt is still to come
    bench.plan(generation="another configuration of the proxy")
    bench.round()
    assert len(bench.calls()) == 1
    shows(monkeypatch, TlsFacts(leaf=certificate(TEMPORARY)))
    (late,) = waited(tmp_path, make_stack(proxy="nginx", **ACME))
    assert late.failed and "connection refused" in late.sentence


def test_nginx_is_ready_when_it_shows_the_very_certificate_that_was_handed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = worked(tmp_path / "stack")
    handed = pending.fingerprint((bench.folder / "certbot/fullchain.pem").read_text())
    shows(monkeypatch, TlsFacts(leaf=certificate("CA", handed)))
    assert waited(tmp_path, impatient(proxy="nginx")) == ()
    shows(monkeypatch, TlsFacts(leaf=certificate("CA", "another")))
    assert len(waited(tmp_path, impatient(proxy="nginx"))) == 1


def test_another_name_waits_for_another_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = worked(tmp_path / "stack")
    handed = pending.fingerprint((bench.folder / "certbot/fullchain.pem").read_text())
    shows(monkeypatch, TlsFacts(leaf=certificate("CA", handed)))
    assert len(waited(tmp_path, impatient(proxy="nginx", aliases=("www.claw.test",)))) == 1


@pytest.mark.parametrize(("health", "ready"), [(Health.HEALTHY, True), (Health.STARTING, False)])
def test_a_gateway_whose_certificate_alone_is_late_is_ready(health: Health, ready: bool) -> None:
    engine: Any = FakeEngine((service("proxy"), service("gateway", health=health)))
    facts = HttpFacts("/startupz", failure=NO_CERTIFICATE.failure)
    assert look(engine, "demo", make_stack().gateways[0], lambda: facts, {}).ready is ready


@pytest.mark.parametrize(("failed", "code"), [((), 0), ((False,), 4), ((False, True), 1)])
def test_a_required_certificate_tells_late_from_refused(failed: tuple[bool, ...], code: int) -> None:
    gateway = make_stack().gateways[0]
    assert up.lateness(tuple(bringup.Late(gateway, one, "words") for one in failed)) == code


def scene(facts: TlsFacts, **settings: Any) -> Scene:
    stack = make_stack(**{**ACME, "listen": "127.0.0.1", "http_port": 1, "https_port": 2, **settings})
    made = Scene(stack, stack.gateways[0], Secret("x"), Path("ca.pem"), "127.0.0.1")
    made.memo.once("tls", lambda: facts)
    return made


def test_verify_says_pending_once_and_skips_what_needs_tls() -> None:
    found = {result.id: result for result in run_all(scene(NO_CERTIFICATE), skip=("gateway-port-closed",))}
    assert found["certificate-chain"].outcome is Outcome.WARNING
    assert found["certificate-chain"].summary.startswith("certificate pending for claw.test")
    behind = [result for key, result in found.items() if key in BEHIND_TLS]
    assert len(behind) > 10
    assert {(result.outcome, result.reason) for result in behind} == {(Outcome.SKIPPED, "certificate pending")}
    assert found["redirect"].reason != "certificate pending"


def test_every_check_that_needs_the_handshake_is_among_those_skipped() -> None:
    needs = {check.id: set(check.needs) for check in CHECKS}
    assert {key for key in needs if needs[key] & (BEHIND_TLS | {"certificate-chain"})} <= BEHIND_TLS | {
        "certificate-chain"
    }


def test_verify_goes_through_with_the_temporary_certificate_and_warns() -> None:
    only = ("tls-version", "certificate-chain", "certificate-name")
    facts = TlsFacts(version="TLS 1.3", alpn="h2", leaf=certificate(TEMPORARY))
    found = {result.id: result for result in run_all(scene(facts, proxy="nginx"), only=only)}
    assert [found[key].outcome for key in only] == [Outcome.OK, Outcome.WARNING, Outcome.OK]
    assert found["certificate-chain"].reason == "clawkit certs"


def test_without_an_authority_a_missing_certificate_is_a_failure() -> None:
    found = run_all(scene(NO_CERTIFICATE, domain="localhost", acme_directory=""), only=("tls-version",))
    assert found[0].outcome is Outcome.FAILED


STYLE = Style(colour=False, live=False, unicode=True)


def shown(stack: Stack, **measured: str | float) -> str:
    results = [Result(f"certificate-{key}", "", Group.TLS, Outcome.OK, "", facts, "", 1)
               for key, facts in (("chain", {"issuer": "R13"}), ("expiry", measured))]  # fmt: skip
    lines = card.lines(stack, Path("stack"), results, 1.0, STYLE)
    return next(line for line in lines if line.startswith("  certificate")).removeprefix("  certificate").strip()


def test_the_card_tells_of_the_certificate_what_is_true_in_each_mode() -> None:
    assert shown(make_stack(domain="localhost"), days_left=0.5) == "private CA, renewed by Caddy"
    assert shown(make_stack(proxy="nginx", domain="localhost"), days_left=820.0).startswith("private CA, 820 days left")
    assert shown(make_stack(**ACME), days_left=89.9) == "R13, 89 days left, renewed by itself"
    assert shown(make_stack(**ACME), days_left=0.5) == "R13, 12 hours left, renewed by itself"
    off = make_stack(domain="claw.test", tls="off", front_proxy="10.0.0.5", listen="127.0.0.1")
    assert shown(off) == "none here: TLS ends at 10.0.0.5"


def test_a_fingerprint_is_that_of_the_first_certificate() -> None:
    root = make_root("test")
    leaf = make_leaf(root, ("claw.test",))
    assert pending.fingerprint(leaf.certificate + root.certificate) == pending.fingerprint(leaf.certificate)
    assert pending.fingerprint(root.certificate) != pending.fingerprint(leaf.certificate)


def test_the_address_that_is_asked_is_the_published_one() -> None:
    stack = make_stack(**ACME, listen="127.0.0.1", https_port=8443)
    assert (deployed.target(stack, stack.gateways[0]).dial, deployed.target(stack, stack.gateways[0]).port) == (
        "127.0.0.1", 8443)  # fmt: skip


def renewing(rendered: Path, facts: TlsFacts, **settings: Any) -> Result:
    """What `verify` says of the lifetime, with the engine's view of this folder."""
    engine: Any = FakeEngine()
    made = replace(scene(facts, proxy="nginx", **settings), inside=Inside(engine, "demo", rendered))
    return run_all(made, only=("certificate-expiry",))[0]


def test_a_certificate_that_is_renewed_is_fine(tmp_path: Path) -> None:
    worked(tmp_path)
    assert renewing(tmp_path, TlsFacts(leaf=certificate("CA"))).outcome is Outcome.OK


def test_a_silent_acme_container_is_a_warning_long_before_the_certificate_ends(tmp_path: Path) -> None:
    worked(tmp_path)
    status = tmp_path / "data/acme/status.json"
    status.write_text(json.dumps({**json.loads(status.read_text()), "heartbeat": "2026-01-01T00:00:00Z"}))
    found = renewing(tmp_path, TlsFacts(leaf=certificate("CA")))
    assert (found.outcome, found.reason) == (Outcome.WARNING, "clawkit certs")
    assert "is silent since 2026-01-01 00:00:00 UTC" in found.summary


def test_a_renewal_that_failed_is_a_warning_with_the_authoritys_words(tmp_path: Path) -> None:
    bench = worked(tmp_path)
    (bench.folder / "data").symlink_to(tmp_path / "data/acme")
    bench.answers({"code": 1, "output": CONNECTION})
    bench.places.ask_now.touch()
    bench.round()
    found = renewing(tmp_path, TlsFacts(leaf=certificate("CA")))
    assert found.outcome is Outcome.WARNING
    assert "the last renewal failed: claw.test: Get" in found.summary


@pytest.mark.parametrize(("proxy", "lifetime", "words"), [
    ("nginx", 90, "at a third of its lifetime"),
    ("nginx", 6, "at half of its lifetime"),
    ("caddy", 6, "at a third of its lifetime"),
])  # fmt: skip
def test_certs_tells_names_issuer_time_left_and_the_next_renewal(proxy: str, lifetime: int, words: str) -> None:
    stack = make_stack(proxy=proxy, **ACME)
    leaf = replace(certificate("CA"), not_before=NOW - timedelta(days=1), not_after=NOW + timedelta(days=lifetime))
    one = Served(stack, stack.gateways[0], TlsFacts(leaf=leaf), False, None, NOW)
    text = "\n".join(certificates.lines(one))
    assert one.good and "claw.test" in text and f"{lifetime} days" in text
    assert words in text and "or earlier if the authority asks" in text


def test_certs_shows_the_last_error_with_its_meaning_and_the_next_attempt(tmp_path: Path) -> None:
    worked(tmp_path, {"code": 1, "output": CONNECTION})
    stack = make_stack(proxy="nginx", **ACME)
    known = issuance.read(tmp_path)["main"]
    one = Served(stack, stack.gateways[0], TlsFacts(leaf=certificate(TEMPORARY)), True, known, NOW)
    text = "\n".join(certificates.lines(one))
    assert not one.good and certificates.entry(one)["problem"] == "connection"
    for part in ("certificate pending", "connection refused", "port 80", "at once: clawkit certs renew"):
        assert part in text, part
