"""One certificate for several gateways: which are served with it, and what is said of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from clawkit import bringup, certificates, wait
from clawkit import deployment as deployments
from clawkit.cli import main
from clawkit.probe.certificate import Certificate
from clawkit.probe.tls import TlsFacts
from clawkit.reach import survey
from clawkit.render import acme_plan, render
from clawkit.report import certificates as told
from clawkit.settings import wildcard
from clawkit.stack import Image, Stack
from clawkit.tls import issuance, material, site
from clawkit.tls.issuance import Issuance, Problem, State
from clawkit.tls.pair import Pair
from clawkit.verify import pending
from clawkit.verify.served import Served
from fakes import FakeEngine, make_stack, service

ZONE = "example.com"
WILD = {
    "proxy": "nginx", "domain": "claw.example.com", "acme_challenge": "dns-01", "dns_hook": "hook",
    "acme_wildcard": ZONE,
}  # fmt: skip
ALICE = {"name": "alice", "domain": "alice.example.com"}
CELL = {"name": "cell", "domain": "cell.example.com", "upstream": "http://172.17.0.1:19001"}
DEEP = {"name": "deep", "domain": "a.b.example.com"}
ELSEWHERE = {"name": "bob", "domain": "bob.example.org"}
BOB = "bob.example.com"
NOW = datetime.now(UTC)


def stack(*gateways: dict[str, str], **settings: Any) -> Stack:
    return make_stack(**{**WILD, "gateways": gateways, **settings})


@pytest.mark.parametrize(("names", "covered"), [
    (("example.com",), True),
    (("claw.example.com",), True),
    (("claw.example.com", "example.com", "www.example.com"), True),
    (("claw.example.com", "www.example.org"), False),
    (("a.b.example.com",), False),
    (("myexample.com",), False),
    (("com",), False),
    (("10.0.0.1",), False),
])  # fmt: skip
def test_a_wildcard_stands_for_one_label_and_its_domain_is_ordered_beside_it(
    names: tuple[str, ...], covered: bool
) -> None:
    assert wildcard.covers(ZONE, names) is covered
    assert not wildcard.covers("", names)


def test_every_gateway_that_it_covers_is_served_with_it_and_each_other_with_its_own() -> None:
    many = stack(ALICE, CELL, DEEP, ELSEWHERE, aliases=("www.example.com",))
    assert [(one.name, one.names, one.sites, one.label) for one in certificates.ordered(many)] == [
        (ZONE, (ZONE, "*.example.com"), ("main", "alice", "cell"), "*.example.com"),
        ("deep", ("a.b.example.com",), ("deep",), "a.b.example.com"),
        ("bob", ("bob.example.org",), ("bob",), "bob.example.org"),
    ]


def test_an_alias_elsewhere_keeps_a_site_from_it_as_a_whole() -> None:
    found = certificates.ordered(stack(ALICE, aliases=("claw.example.org",)))
    assert [(one.name, one.sites) for one in found] == [(ZONE, ("alice",)), ("main", ("main",))]


def test_without_it_each_has_its_own_and_the_plan_is_what_it_was() -> None:
    plan = json.loads(acme_plan(stack(ALICE, acme_wildcard="")))
    assert plan["certificates"] == [{"name": "main", "names": ["claw.example.com"]},
                                    {"name": "alice", "names": ["alice.example.com"]}]  # fmt: skip


def test_the_plan_names_the_sites_of_the_shared_one() -> None:
    assert json.loads(acme_plan(stack(ALICE, DEEP)))["certificates"] == [
        {"name": ZONE, "names": [ZONE, "*.example.com"], "sites": ["main", "alice"]},
        {"name": "deep", "names": ["a.b.example.com"]},
    ]


def test_a_gateway_that_comes_makes_no_new_acme_container() -> None:
    with_certbot = [replace(one, images=replace(one.images, certbot=Image("certbot", "5", "built")))
                    for one in (stack(), stack(ALICE))]  # fmt: skip
    few, more = ("\n".join(render(one)["compose.yaml"].partition("\n  acme:")[2].partition("\n  gateway:")[:1])
                 for one in with_certbot)  # fmt: skip
    assert few == more and "clawkit.config" in few


def test_caddy_before_2_7_reads_one_that_several_sites_have_from_one_file() -> None:
    def caddyfile(version: str, *gateways: dict[str, str]) -> str:
        made = stack(*gateways, proxy="caddy")
        proxy, certbot = Image("caddy", version, "built"), Image("certbot", "5", "built")
        return render(replace(made, images=replace(made.images, proxy=proxy, certbot=certbot)))["proxy/caddy/Caddyfile"]

    assert "tls {$certificate-alice:/tls/site/alice/live}/fullchain.pem" in caddyfile("2.6.2", ALICE)
    for other in (caddyfile("2.7.6", ALICE), caddyfile("2.6.2")):
        assert "{$certificate" not in other and "tls /tls/site/main/live/fullchain.pem" in other


def pair(*names: str, days: int = 60, common_name: str = "R13") -> Pair:
    made = trustme.CA(organization_name=common_name).issue_cert(*names, not_after=NOW + timedelta(days=days))
    chain = "".join(blob.bytes().decode() for blob in made.cert_chain_pems)
    return Pair(chain, made.private_key_pem.bytes().decode())


SHARED = pair(ZONE, "*.example.com")


def installed(folder: Path, one: Stack, **pairs: Pair) -> None:
    for name, found in pairs.items():
        site.install(folder, {"zone": ZONE}.get(name, name), found, one.owner)


def test_a_gateway_that_comes_gets_the_one_that_is_there(tmp_path: Path) -> None:
    one = stack(ALICE, DEEP)
    installed(tmp_path, one, zone=SHARED, main=SHARED)
    made = material.ensure(tmp_path, one)
    assert made == ("certificate for alice.example.com: that for *.example.com",
                    "temporary certificate for a.b.example.com, until the authority's is there")  # fmt: skip
    assert site.read(tmp_path, "alice") == SHARED
    assert material.ensure(tmp_path, one) == ()


@pytest.mark.parametrize("present", [pair("old.example.com"), pair("alice.example.com", days=-1)])
def test_one_that_comes_back_with_a_certificate_of_no_use_gets_it_too(tmp_path: Path, present: Pair) -> None:
    installed(tmp_path, stack(ALICE), zone=SHARED, main=SHARED, alice=present)
    assert material.ensure(tmp_path, stack(ALICE)) == ("certificate for alice.example.com: that for *.example.com",)


def test_a_certificate_of_its_own_is_left_until_the_acme_container_brings_the_shared_one(tmp_path: Path) -> None:
    own = pair("alice.example.com")
    installed(tmp_path, stack(ALICE), zone=SHARED, main=SHARED, alice=own)
    assert material.ensure(tmp_path, stack(ALICE)) == ()
    assert site.read(tmp_path, "alice") == own


@pytest.mark.parametrize("shared", [pair(ZONE, "*.example.com", days=-1), Pair("damaged", "")])
def test_a_shared_one_of_no_use_is_given_to_nobody(tmp_path: Path, shared: Pair) -> None:
    installed(tmp_path, stack(), zone=shared)
    (made,) = material.ensure(tmp_path, stack())
    assert made.startswith("temporary certificate for claw.example.com")


def test_an_authority_is_to_be_asked_once_the_wildcard_comes_or_goes_and_not_for_one_gateway_more(
    tmp_path: Path,
) -> None:
    own = stack(acme_wildcard="")
    assert material.to_be_asked(tmp_path, stack())
    installed(tmp_path, own, main=pair("claw.example.com"))
    assert not material.to_be_asked(tmp_path, own) and material.to_be_asked(tmp_path, stack())
    installed(tmp_path, own, zone=SHARED, main=SHARED)
    assert not material.to_be_asked(tmp_path, stack(ALICE)) and material.to_be_asked(tmp_path, own)


def test_what_is_looked_at_before_are_the_names_that_are_ordered() -> None:
    assert survey.plan(stack(ALICE, ELSEWHERE), running=False).names == (ZONE, "*.example.com", "bob.example.org")


FAILED = Issuance((ZONE, "*.example.com"), State.FAILED, "acme-v02.api.letsencrypt.org", error="no TXT record",
                  problem=Problem.UNAUTHORIZED, failures=1)  # fmt: skip


def test_what_went_wrong_is_said_of_the_wildcard_and_where_its_record_has_to_be() -> None:
    one = stack(ALICE)
    for gateway in one.sites:
        assert FAILED.answers(one, gateway)
        said = issuance.sentence(FAILED, one, gateway)
        assert said.startswith("certificate pending for *.example.com: acme-v02.api.letsencrypt.org says: no TXT")
        assert said.endswith("try: dig +short TXT _acme-challenge.example.com")
        assert issuance.sentence(None, one, gateway).startswith("certificate pending for *.example.com: ")
    assert not FAILED.answers(stack(acme_wildcard=""), one.sites[0])


def status(folder: Path, **facts: object) -> None:
    entry = {"names": [ZONE, "*.example.com"], "state": "issued", "authority": "acme-v02.api.letsencrypt.org",
             "error": "", "problem": "", "failures": 0, "last_attempt": NOW.isoformat(), "next_attempt": "",
             "issued": "", "not_after": NOW.isoformat(), **facts}  # fmt: skip
    (folder / "data/acme").mkdir(parents=True, exist_ok=True)
    said = {"heartbeat": NOW.isoformat(), "certificates": {ZONE: entry}}
    (folder / "data/acme/status.json").write_text(json.dumps(said))


def leaf(chain: Pair, *names: str) -> Certificate:
    return Certificate("", "R13", names, NOW - timedelta(days=1), NOW + timedelta(days=60), "1",
                       pending.fingerprint(chain.certificate))  # fmt: skip


def test_up_waits_until_each_site_shows_the_wildcard_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = pair("claw.example.com")
    installed(tmp_path, stack(), zone=SHARED, main=own)
    status(tmp_path)
    one = stack()
    seen: list[Pair] = [own]
    monkeypatch.setattr(pending, "handshake", lambda *_a, **_k: TlsFacts(leaf=leaf(seen[-1])))
    target: Any = None
    assert not pending.shown(tmp_path, one, one.gateways[0], target)
    seen.append(SHARED)
    assert pending.shown(tmp_path, one, one.gateways[0], target)
    status(tmp_path, not_after="")
    assert not pending.shown(tmp_path, one, one.gateways[0], target)


def test_up_says_once_what_keeps_the_shared_one_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait, "FIRST_POLL_SECONDS", 0.0)
    rendered = tmp_path / "stack"
    (rendered / "acme").mkdir(parents=True)
    (rendered / "acme/plan.json").write_text("{}")
    status(rendered, state="failed", error="no TXT record", problem="unauthorized", not_after="",
           last_attempt=(NOW + timedelta(hours=1)).isoformat())  # fmt: skip
    shown = pair("claw.example.com")
    monkeypatch.setattr(pending, "handshake", lambda *_a, **_k: TlsFacts(leaf=leaf(shown)))
    engine: Any = FakeEngine((service("proxy"), service("gateway")))
    deployment = deployments.open_folder(tmp_path, {}, environ={})
    late = bringup.wait_for_certificate(deployment, stack(ALICE), engine, lambda _: None)
    assert [(one.failed, "for *.example.com" in one.sentence) for one in late] == [(True, True)]


def served(one: Stack, shown: Pair, *names: str, known: Issuance | None = None) -> list[Served]:
    return [Served(one, gateway, TlsFacts(leaf=leaf(shown, *names)), False, known, NOW) for gateway in one.sites]


def test_certs_tells_of_the_shared_one_once_under_all_its_gateways() -> None:
    lines = told.shown(served(stack(ALICE, CELL), SHARED, ZONE, "*.example.com"))
    assert lines[:4] == ["https://claw.example.com", "https://alice.example.com", "https://cell.example.com",
                         "  names         example.com, *.example.com"]  # fmt: skip
    assert sum("issuer" in line for line in lines) == 1


def test_certs_tells_once_what_keeps_the_shared_one_away() -> None:
    one = stack(ALICE, ELSEWHERE)
    found = [Served(one, gateway, TlsFacts(leaf=leaf(SHARED, gateway.domain)), True, FAILED, NOW)
             for gateway in one.sites]  # fmt: skip
    lines = told.shown(found)
    assert lines[:3] == ["https://claw.example.com", "https://alice.example.com",
                         "  names         example.com, *.example.com"]  # fmt: skip
    assert sum("last error" in line for line in lines) == 2 and "https://bob.example.org" in lines


def test_certs_says_that_one_of_a_sites_own_is_served_until_the_wildcard_is_there() -> None:
    found = served(stack(), pair("claw.example.com"), "claw.example.com", known=FAILED)
    text = "\n".join(told.shown(found))
    assert "none: it is served until the one for example.com, *.example.com is there" in text
    assert "last error    no TXT record" in text
    assert [(told.entry(one)["wildcard"], told.entry(one)["awaited"]) for one in found] == [("*.example.com", True)]


def test_a_gateway_is_added_with_a_word_on_its_certificate_and_the_last_covered_one_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {**WILD, "domain": "claw.example.org", "gateways": [ALICE]}
    (tmp_path / "clawkit.yaml").write_text(
        "".join(f"{key}: {value}\n" for key, value in settings.items() if key != "gateways")
        + "gateways:\n  - {name: alice, domain: alice.example.com}\n"
    )

    def said(*words: str) -> str:
        main(["gateways", *words, "--dir", str(tmp_path)])
        told = capsys.readouterr()
        return told.out + told.err

    assert "its certificate is the one for *.example.com: nothing is ordered" in said("add", "bob", "--domain", BOB)
    assert f"*.example.com does not cover {DEEP['domain']}" in said("add", "deep", "--domain", DEEP["domain"])
    assert "bob is out of clawkit.yaml" in said("remove", "bob")
    before = (tmp_path / "clawkit.yaml").read_text()
    assert "acme_wildcard covers example.com and *.example.com, and no gateway" in said("remove", "alice")
    assert (tmp_path / "clawkit.yaml").read_text() == before


def test_certs_of_a_site_with_its_own_names_no_wildcard() -> None:
    (entry,) = map(told.entry, served(stack(acme_wildcard=""), pair("claw.example.com"), "claw.example.com"))
    assert (entry["wildcard"], entry["awaited"], entry["ok"]) == (None, False, True)
