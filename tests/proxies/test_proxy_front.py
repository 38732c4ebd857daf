"""TLS off: only what terminates TLS in front is served, and the client is who that one says it is."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest

from clawkit.tls.pair import Pair

from . import samples
from .browser import Answer, Headers
from .conftest import Site, build, gateways
from .programs import Program
from .samples import FRONT

CLIENT = "203.0.113.7"
NOTHING = (http.client.RemoteDisconnected, ConnectionResetError)


@pytest.fixture(scope="module")
def fronted(program: Program, authority: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    further = ({"name": "team", "domain": "team.test"},)
    stack = samples.stack(program.proxy, program.version, **samples.FRONTED, aliases="www.claw.test",
                          gateways=further, http_port=8080, https_port=8443)  # fmt: skip
    folder = tmp_path_factory.mktemp(f"front-{program}")
    with (
        build(stack, program, authority, folder) as sandbox,
        sandbox.running() as process,
        gateways(sandbox) as (main, team),
    ):
        yield Site(sandbox, process, main, team)


def from_front(site: Site, path: str = "/", *, host: str = "claw.test:8443", headers: Headers = ()) -> Answer:
    return site.browser.plain(path, host=host, source=FRONT, headers=headers)


@pytest.mark.parametrize("told", [
    [CLIENT],
    [f"6.6.6.6, {CLIENT}"],
    ["6.6.6.6", CLIENT],
    [f"127.0.0.1,10.77.2.2,{CLIENT}"],
    [f"{CLIENT}:50123"],
    ["2001:db8::7"],
    ["6.6.6.6, [2001:db8::7]:443"],
    ["::ffff:6.6.6.6", "2001:db8::7"],
])  # fmt: skip
def test_the_client_is_the_last_one_that_the_front_names(fronted: Site, told: list[str]) -> None:
    client = CLIENT if CLIENT in told[-1] else "2001:db8::7"
    answer = from_front(fronted, headers=[("X-Forwarded-For", value) for value in told])
    assert answer.seen("X-Forwarded-For") == [client]
    assert answer.seen("X-Real-IP") == [client]


@pytest.mark.parametrize("told", [[], ["unknown"], ["203.0.113.9, unknown"], ["claw6.6.6.6"], ["6.6.6.6, evil.test"]])
def test_a_front_that_names_nobody_is_the_client_itself(fronted: Site, told: list[str]) -> None:
    answer = from_front(fronted, headers=[("X-Forwarded-For", value) for value in told])
    assert answer.seen("X-Forwarded-For") == [FRONT]


def test_the_gateway_hears_of_https_and_the_public_name_alone(fronted: Site) -> None:
    forged = [("X-Forwarded-For", CLIENT), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "evil.test"),
              ("X-Forwarded-Port", "1"), ("X-Real-IP", "6.6.6.6"), ("Forwarded", "for=6.6.6.6")]  # fmt: skip
    answer = from_front(fronted, headers=forged)
    seen = {name: answer.seen(name) for name in ("X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port",
                                                 "X-Real-IP", "Forwarded", "Host")}  # fmt: skip
    assert seen == {"X-Forwarded-Proto": ["https"], "X-Forwarded-Host": ["claw.test:8443"],
                    "X-Forwarded-Port": ["8443"], "X-Real-IP": [CLIENT], "Forwarded": [],
                    "Host": ["claw.test:8443"]}  # fmt: skip
    assert answer.all("Strict-Transport-Security") == []


def test_each_gateway_is_reached_by_its_name(fronted: Site) -> None:
    named = [from_front(fronted, host=f"{name}.test:8443").json()["gateway"] for name in ("claw", "team")]
    assert named == ["main", "team"]


@pytest.mark.parametrize("host", ["claw.test:8443", "team.test:8443", "www.claw.test:8443"])
def test_anybody_else_is_refused_and_reaches_no_gateway(fronted: Site, host: str) -> None:
    before = asked(fronted)
    for headers in ([], [("X-Forwarded-For", FRONT)], [("X-Forwarded-For", CLIENT), ("X-Real-IP", FRONT)]):
        assert fronted.browser.plain("/", host=host, headers=headers).status == 403
    assert asked(fronted) == before


def asked(site: Site) -> tuple[int, int]:
    """Without the proxy's own look at whether the gateways have started."""
    main, team = (server.asked.total() - server.asked["GET /startupz"] for server in (site.main, site.team))
    return main, team


@pytest.mark.parametrize("source", [FRONT, "192.0.2.9"])
def test_a_foreign_name_gets_no_answer_from_whomever_it_comes(fronted: Site, source: str) -> None:
    with pytest.raises(NOTHING):
        fronted.browser.plain("/", host="evil.test", source=source)


def test_an_alias_leads_to_the_domain(fronted: Site) -> None:
    answer = from_front(fronted, "/a%2Fb?x=y", host="www.claw.test:8443")
    assert (answer.status, answer.all("Location")) == (308, ["https://claw.test:8443/a%2Fb?x=y"])


def test_nobody_listens_for_tls(fronted: Site) -> None:
    with pytest.raises(ConnectionRefusedError):
        fronted.sandbox.namespace.connect(443, source=FRONT)
