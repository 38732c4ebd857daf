from __future__ import annotations

from collections.abc import Mapping

import pytest

from clawkit.reach import caa
from clawkit.reach.dns import Kind, Reply, Resolve
from clawkit.reach.facts import Authority, Cause, Property, Rules, Severity

LETS_ENCRYPT = Authority("https://acme-v02.api.letsencrypt.org/directory", identities=("letsencrypt.org",))


def record(tag: str, value: str, flags: int = 0) -> bytes:
    return bytes([flags, len(tag)]) + tag.encode() + value.encode()


def zone(records: Mapping[str, tuple[bytes, ...]], failing: str = "") -> Resolve:
    def resolve(name: str, kind: Kind) -> Reply:
        assert kind is Kind.CAA
        return Reply(failure="name server 10.0.0.1 answers SERVFAIL") if name == failing else Reply(
            records.get(name, ()))  # fmt: skip

    return resolve


def verdict(*issue: str, name: str = "claw.example.org", authority: Authority = LETS_ENCRYPT,
            challenge: str = "http-01") -> str:  # fmt: skip
    found = caa.judge(Rules(name, "example.org", tuple(Property(False, "issue", value) for value in issue)),
                      authority, challenge)  # fmt: skip
    return f"{found.severity}: {found.summary}" if found else ""


def test_the_records_of_the_nearest_parent_count() -> None:
    records = {"org": (record("issue", "far.example"),), "example.org": (record("ISSUE", "near.example"),)}
    assert caa.find(zone(records), "claw.example.org") == Rules(
        "claw.example.org", "example.org", (Property(False, "issue", "near.example"),))  # fmt: skip


def test_a_name_without_any_record_up_to_its_top_has_no_rules() -> None:
    assert caa.find(zone({}), "claw.example.org").properties == ()


def test_a_lookup_that_fails_on_the_way_is_a_warning_and_names_the_domain() -> None:
    rules = caa.find(zone({"org": (record("issue", ";"),)}, failing="example.org"), "claw.example.org")
    found = caa.judge(rules, LETS_ENCRYPT, "http-01")
    assert found and found.cause is Cause.DNS_LOOKUP_FAILED and found.severity is Severity.WARNING
    assert "CAA records of example.org" in found.summary and "SERVFAIL" in found.summary


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\x09issue"])
def test_a_cut_record_is_passed_over(data: bytes) -> None:
    assert caa.find(zone({"example.org": (data,)}), "example.org").properties == ()


@pytest.mark.parametrize("value", [
    "letsencrypt.org", " LetsEncrypt.org. ", "letsencrypt.org; validationmethods=http-01",
    "letsencrypt.org; accounturi=https://x/acct/1; validationmethods=dns-01,http-01",
])  # fmt: skip
def test_an_issuer_that_is_named_is_allowed(value: str) -> None:
    assert verdict("digicert.com", value) == ""


@pytest.mark.parametrize("value", [";", "", "digicert.com", "letsencrypt.org; validationmethods=dns-01"])
def test_an_issuer_that_is_not_named_is_forbidden_with_the_very_record(value: str) -> None:
    said = verdict(value)
    assert said.startswith("error: example.org (for claw.example.org) has CAA")
    assert f'issue "{value}"' in said and "letsencrypt.org by http-01" in said


def test_the_fix_is_the_record_to_add() -> None:
    rules = Rules("example.org", "example.org", (Property(False, "issue", ";"),))
    found = caa.judge(rules, LETS_ENCRYPT, "http-01")
    assert found and found.fix == 'add the record: example.org. CAA 0 issue "letsencrypt.org"'


def test_records_that_are_not_about_issuing_forbid_nothing() -> None:
    others = (("iodef", "mailto:a@a.org", False), ("issuewild", ";", True), ("tbs", "unknown", False))
    rules = Rules("a.org", "a.org", tuple(Property(critical, tag, value) for tag, value, critical in others))
    assert caa.judge(rules, LETS_ENCRYPT, "http-01") is None


@pytest.mark.parametrize(("records", "said"), [
    ({"issue": "letsencrypt.org"}, ""),
    ({"issue": "letsencrypt.org", "issuewild": ";"}, 'has CAA issuewild ";"'),
    ({"issue": ";", "issuewild": "letsencrypt.org"}, ""),
    ({"issue": ";"}, 'has CAA issue ";"'),
])  # fmt: skip
def test_for_a_wildcard_issuewild_counts_where_there_is_one(records: dict[str, str], said: str) -> None:
    rules = caa.find(zone({"example.org": tuple(record(*one) for one in records.items())}), "*.example.org")
    found = caa.judge(rules, LETS_ENCRYPT, "dns-01")
    assert (found.summary if found else "").startswith(f"example.org (for *.example.org) {said}" if said else "")
    assert bool(found) is bool(said)
    if found:
        tag = "issuewild" if "issuewild" in records else "issue"
        assert found.fix == f'add the record: example.org. CAA 0 {tag} "letsencrypt.org"'


def test_a_critical_record_that_no_authority_knows_forbids() -> None:
    rules = Rules("a.org", "a.org", (Property(True, "tbs", "x"), Property(False, "issue", "letsencrypt.org")))
    found = caa.judge(rules, LETS_ENCRYPT, "http-01")
    assert found and found.cause is Cause.CAA_FORBIDS_ISSUER and "'tbs'" in found.summary


def test_an_authority_that_does_not_say_its_name_is_not_judged() -> None:
    assert verdict(";", authority=Authority("https://ca.example.org/dir")) == ""
