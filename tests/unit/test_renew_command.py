"""What certbot is called with; the stand-in (renew_standin) writes it down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from renew_standin import Bench, plan


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "bench")


def called(bench: Bench, **changes: object) -> dict[str, Any]:
    bench.plan(**changes)
    bench.round()
    return bench.calls()[-1]


def after(call: dict[str, Any], flag: str) -> list[str]:
    argv = call["argv"]
    return [argv[at + 1] for at, word in enumerate(argv) if word == flag]


def test_it_asks_for_an_ecdsa_key_and_keeps_what_is_not_due(bench: Bench) -> None:
    call = called(bench)
    assert after(call, "--elliptic-curve") == ["secp256r1"]
    assert {"--keep-until-expiring", "--renew-with-new-domains", "--non-interactive"} <= set(call["argv"])
    assert after(call, "--server") == ["https://ca.test:14000/dir"]
    assert after(call, "--webroot-path") == [str(bench.places.data / "webroot")]


def test_an_account_without_an_address_is_asked_for_when_none_is_given(bench: Bench) -> None:
    assert "--register-unsafely-without-email" in called(bench)["argv"]
    assert after(called(bench, email="me@claw.test"), "-m") == ["me@claw.test"]


def test_the_key_of_an_external_account_is_in_no_argument(bench: Bench) -> None:
    secret = bench.folder / "eab"
    secret.write_text("# from the authority\neab kid-1 aGVsbG8=\n")
    call = called(bench, eab=str(secret))
    assert "aGVsbG8=" not in " ".join(call["argv"])
    assert call["ini"] == "eab-kid = kid-1\neab-hmac-key = aGVsbG8=\n"
    assert call["ini_mode"] == 0o600
    assert not Path(after(call, "--config")[0]).exists()


def test_a_file_that_is_no_external_account_says_what_it_must_hold(bench: Bench) -> None:
    secret = bench.folder / "eab"
    secret.write_text("kid-1\n")
    bench.plan(eab=str(secret))
    entry = bench.round()
    assert "eab KEY_ID HMAC_KEY" in entry.error
    assert bench.calls() == []


def test_the_roots_of_a_private_authority_replace_those_of_the_environment(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/elsewhere")
    roots = bench.folder / "ca.pem"
    roots.write_text("roots")
    assert called(bench)["ca"] is None
    assert called(bench, ca=str(roots))["ca"] == str(roots)


def test_addresses_are_asked_for_as_addresses(bench: Bench) -> None:
    call = called(bench, certificates=[{"name": "main", "names": ["192.0.2.7", "claw.test"]}])
    assert (after(call, "--ip-address"), after(call, "--domain")) == (["192.0.2.7"], ["claw.test"])
    assert after(call, "--preferred-profile") == []


def test_lets_encrypt_issues_for_addresses_in_one_profile_only(bench: Bench) -> None:
    call = called(bench, directory=plan.STAGING, certificates=[{"name": "main", "names": ["192.0.2.7"]}])
    assert after(call, "--preferred-profile") == ["shortlived"]


def test_a_chosen_profile_is_asked_for(bench: Bench) -> None:
    assert after(called(bench, profile="tlsserver"), "--preferred-profile") == ["tlsserver"]


def test_dns_challenges_run_the_users_script_or_the_plugin(bench: Bench) -> None:
    hook = bench.folder / "hook"
    hook.write_text("#!/bin/sh\n")
    hook.chmod(0o700)
    call = called(bench, challenge="dns-01", hook=str(hook))
    assert after(call, "--manual-auth-hook") == [f"{hook} auth"]
    assert after(call, "--manual-cleanup-hook") == [f"{hook} cleanup"]
    assert "--webroot" not in call["argv"]
    call = called(bench, challenge="dns-01", rfc2136=str(hook), wait=7)
    assert after(call, "--dns-rfc2136-credentials") == [str(hook)]
    assert after(call, "--dns-rfc2136-propagation-seconds") == ["7"]


@pytest.mark.parametrize(
    ("text", "mode", "runs"),
    [
        ("#!/usr/bin/env python3\n", 0o400, "/usr/bin/env python3 {hook} auth"),
        ("echo\n", 0o400, "sh {hook} auth"),
        ("#!/bin/sh\n", 0o500, "{hook} auth"),
    ],
)
def test_a_hook_that_may_not_be_executed_is_run_by_its_interpreter(
    bench: Bench, text: str, mode: int, runs: str
) -> None:
    """A Swarm mounts it so; root may read it all the same, and execute it only where somebody may."""
    hook = bench.folder / "hook"
    hook.write_text(text)
    hook.chmod(mode)
    call = called(bench, challenge="dns-01", hook=str(hook))
    assert after(call, "--manual-auth-hook") == [runs.format(hook=hook)]
