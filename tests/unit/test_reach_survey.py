from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clawkit.errors import ClawkitError
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.probe.target import Target
from clawkit.reach import Cause, Eyes, Finding, Severity, check, refuse, survey
from clawkit.reach.dns import Kind, Reply
from clawkit.reach.token import CHALLENGES, Token
from fakes import make_stack

OURS, THEIRS = "93.184.215.14", "151.101.1.1"
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
DIRECTORY = HttpFacts("/directory", status=200, headers=(("date", "Sun, 22 Nov 2026 12:00:00 GMT"),))
REFUSED = HttpFacts("", failure=Failure(Trouble.REFUSED, "connection refused"))


class World:
    """Hosts that give our token while it is up, and hosts that give something else."""

    def __init__(self, zone: Mapping[str, Sequence[str]], others: Mapping[str, HttpFacts] | None = None,
                 caa: bytes = b"") -> None:  # fmt: skip
        self.zone, self.others, self.caa = zone, others or {}, caa
        self.up: Token | None = None
        self.asked: list[str] = []
        self.dialled: set[tuple[str, str, int]] = set()

    @contextmanager
    def serve(self, token: Token) -> Iterator[None]:
        self.up = token
        yield
        self.up = None

    def resolve(self, name: str, kind: Kind) -> Reply:
        self.asked.append(name)
        if kind is Kind.CAA:
            return Reply((self.caa,) if self.caa else ())
        family = socket.AF_INET if kind is Kind.A else socket.AF_INET6
        found = [address for address in self.zone.get(name, ()) if (":" in address) == (kind is Kind.AAAA)]
        return Reply(tuple(socket.inet_pton(family, address) for address in found))

    def fetch(self, target: Target, path: str) -> HttpFacts:
        self.dialled.add((target.dial, target.name, target.port))
        assert self.up and path == CHALLENGES + self.up.name and not target.tls
        return self.others.get(target.dial, HttpFacts(path, status=200, body=self.up.text.encode()))

    def eyes(self) -> Eyes:
        return Eyes(resolve=self.resolve, fetch=self.fetch, own=lambda: frozenset({OURS}), between=lambda: (),
                    ask=lambda _: DIRECTORY, now=lambda: NOON)  # fmt: skip

    def check(self, *, running: bool = False, **settings: Any) -> tuple[Finding, ...]:
        stack = make_stack(**{"domain": "claw.example.org", **settings})
        return check(stack, Path("none"), running=running, eyes=self.eyes(), serve=self.serve)


def test_a_domain_that_points_here_gives_no_finding() -> None:
    world = World({"claw.example.org": [OURS]})
    assert world.check() == ()
    assert world.dialled == {(OURS, "claw.example.org", 80), ("127.0.0.1", "claw.example.org", 80)}


def test_aliases_and_further_gateways_are_looked_at_like_the_domain() -> None:
    names = ("claw.example.org", "www.example.org", "team.example.org")
    world = World({name: [OURS] for name in names} | {"www.example.org": [OURS, THEIRS]}, {THEIRS: REFUSED})
    [finding] = world.check(aliases="www.example.org", gateways=[{"name": "team", "domain": "team.example.org"}])
    assert finding.cause is Cause.DNS_POINTS_ELSEWHERE and "www.example.org (A 151.101.1.1)" in finding.summary


@pytest.mark.parametrize("settings", [
    {"tls": "internal"}, {"tls": "off", "front_proxy": "10.0.0.5"}, {"domain": "localhost"},
    {"domain": "claw.test", "tls": "acme", "acme_directory": "https://ca.test/dir"},
])  # fmt: skip
def test_what_no_public_authority_will_be_asked_for_is_not_looked_at(settings: dict[str, Any]) -> None:
    world = World({})
    assert world.check(running=False, **settings) == () and world.asked == [] and world.dialled == set()


def test_a_bare_address_is_dialled_without_asking_the_dns() -> None:
    world = World({}, {OURS: REFUSED})
    assert [finding.cause for finding in world.check(domain=OURS)] == [Cause.PORT_80_CLOSED]
    assert world.asked == []


def test_dns_01_needs_no_port_but_caa_and_the_clock() -> None:
    world = World({}, caa=b"\0\x05issue;")
    assert [found.cause for found in world.check(acme_challenge="dns-01", dns_hook="/bin/true")] == [
        Cause.CAA_FORBIDS_ISSUER
    ]
    assert world.dialled == set()


def test_the_published_port_is_the_one_that_is_dialled() -> None:
    world = World({"claw.example.org": [OURS]})
    assert world.check(http_port=8080, listen="127.0.0.9") == ()
    assert {(address, port) for address, _, port in world.dialled} == {(OURS, 8080), ("127.0.0.9", 8080)}


def test_a_token_that_cannot_be_put_up_is_said_and_stops_nothing() -> None:
    world = World({"claw.example.org": [OURS]}, {OURS: REFUSED, "127.0.0.1": REFUSED})

    @contextmanager
    def forbidden(token: Token) -> Iterator[None]:
        world.up = token
        raise PermissionError(13, "Permission denied")
        yield

    [finding] = check(make_stack(domain="claw.example.org"), Path("none"), running=False, eyes=world.eyes(),
                      serve=forbidden)  # fmt: skip
    assert (finding.cause, finding.severity) == (Cause.PORT_80_UNCONFIRMED, Severity.WARNING)
    assert "no token could be put up at port 80 (Permission denied)" in finding.summary


def test_addresses_are_dialled_side_by_side() -> None:
    """Eight addresses and the control meet at a barrier that opens for all of them together only."""
    meeting = threading.Barrier(9, timeout=5)
    world = World({"claw.example.org": [f"93.184.215.{last}" for last in range(14, 22)]})
    plain = world.fetch

    def met(target: Target, path: str) -> HttpFacts:
        meeting.wait()
        return plain(target, path)

    world.fetch = met  # type: ignore[method-assign]
    assert world.check() == ()


def test_an_authority_that_hangs_is_not_waited_for_longer_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "LIMIT_SECONDS", 0.2)
    release = threading.Event()
    world = World({"claw.example.org": [OURS]})
    eyes = world.eyes()

    def hang(directory: str) -> HttpFacts:
        release.wait(10)
        return DIRECTORY

    start = time.monotonic()
    slow = replace(eyes, ask=hang)
    try:
        [finding] = check(make_stack(domain="claw.example.org"), Path("none"), running=False, eyes=slow,
                          serve=world.serve)  # fmt: skip
    finally:
        release.set()
    assert finding.cause is Cause.AUTHORITY_UNREACHABLE and "no answer in time" in finding.summary
    assert time.monotonic() - start < 2


def found(cause: Cause, severity: Severity) -> Finding:
    return Finding(cause, severity, f"what {cause} is", f"mend {cause}")


def test_warnings_alone_refuse_nothing() -> None:
    refuse([found(Cause.PORT_80_UNCONFIRMED, Severity.WARNING)])


def test_errors_refuse_with_the_first_one_and_tell_the_others() -> None:
    with pytest.raises(ClawkitError, match="what dns-aaaa-points-elsewhere is") as refused:
        refuse([found(Cause.PORT_80_UNCONFIRMED, Severity.WARNING), found(Cause.DNS_STALE_AAAA, Severity.ERROR),
                found(Cause.CLOCK_WRONG, Severity.ERROR)])  # fmt: skip
    assert refused.value.exit_code == 1
    assert refused.value.fix == "mend dns-aaaa-points-elsewhere (clawkit explain dns-aaaa-points-elsewhere)"
    assert refused.value.details == "also: what clock-wrong is (try: mend clock-wrong)"


def test_the_token_goes_to_the_webroot_of_a_proxy_that_runs(tmp_path: Path) -> None:
    (tmp_path / "data/acme/webroot").mkdir(parents=True)
    world = World({"claw.example.org": [OURS]})

    def read(target: Target, path: str) -> HttpFacts:
        return HttpFacts(path, status=200, body=(tmp_path / "data/acme/webroot" / path.lstrip("/")).read_bytes())

    world.fetch = read  # type: ignore[method-assign]
    assert check(make_stack(domain="claw.example.org"), tmp_path, running=True, eyes=world.eyes()) == ()


def test_who_stands_between_is_asked_only_when_a_stranger_speaks() -> None:
    page = HttpFacts("", status=404, headers=(("server", "router"),))
    world = World({"claw.example.org": [THEIRS], "fine.example.org": [OURS]}, {THEIRS: page, "192.168.1.1": page})
    nat = replace(world.eyes(), own=lambda: frozenset({"192.168.1.10"}), between=lambda: ("192.168.1.1",))
    for domain, causes in (("fine.example.org", []), ("claw.example.org", [Cause.PORT_80_UNCONFIRMED])):
        found = check(make_stack(domain=domain), Path("none"), running=False, eyes=nat, serve=world.serve)
        assert [one.cause for one in found] == causes
        assert (("192.168.1.1", domain, 80) in world.dialled) == bool(causes)
