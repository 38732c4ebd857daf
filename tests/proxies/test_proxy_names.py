"""Our names are served, by the certificate that belongs to them; any other name gets nothing at all."""

from __future__ import annotations

import http.client
import ssl
from pathlib import Path

import pytest

from clawkit.tls.pair import Pair

from . import samples
from .browser import Answer, ask
from .conftest import Site, build, gateways
from .programs import Program

NOTHING = (http.client.RemoteDisconnected, ConnectionResetError, ssl.SSLError)


@pytest.mark.parametrize(("host", "origin"), [
    ("claw.test:8080", "https://claw.test:8443"),
    ("claw.test", "https://claw.test:8443"),
    ("CLAW.test:8080", "https://claw.test:8443"),
    ("team.test:8080", "https://team.test:8443"),
])  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/a%2Fb//c?token=x&y=%20#"])
def test_http_is_sent_to_https_with_host_port_path_and_query(site: Site, host: str, origin: str, path: str) -> None:
    answer = site.browser.plain(path.rstrip("#"), host=host)
    assert answer.status == 308
    assert answer.all("Location") == [origin + path.rstrip("#")]
    assert answer.all("Strict-Transport-Security") == []


@pytest.mark.parametrize("host", ["evil.test", "evil.test:8080", "claw.test.evil.test", "127.0.0.1", "localhost"])
def test_plain_http_for_a_foreign_name_gets_no_redirect_and_no_answer(site: Site, host: str) -> None:
    with pytest.raises(NOTHING):
        site.browser.plain("/", host=host)


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1:8443", "claw.test.evil.test"])
def test_a_foreign_host_behind_our_certificate_gets_no_answer(site: Site, host: str) -> None:
    with pytest.raises(NOTHING):
        site.browser.get("/", host=host)


@pytest.mark.parametrize("name", ["evil.test", None])
def test_a_foreign_or_missing_server_name_gets_no_certificate(site: Site, name: str | None) -> None:
    with pytest.raises(ssl.SSLError, match=r"UNRECOGNIZED_NAME|ALERT_INTERNAL_ERROR"):
        site.browser.tls(name)


def test_an_absolute_target_does_not_smuggle_a_foreign_name(site: Site) -> None:
    with pytest.raises(NOTHING):
        ask(site.browser.tls("claw.test"), "GET", "https://evil.test/", host="claw.test:8443")


@pytest.mark.parametrize("domain", ["192.168.1.10", "fd00::10"])
def test_an_address_is_served_without_a_server_name(
    program: Program, authority: Pair, tmp_path: Path, domain: str
) -> None:
    stack = samples.stack(program.proxy, program.version, domain=domain)
    host = stack.gateways[0].host
    with build(stack, program, authority, tmp_path) as sandbox, sandbox.running(), gateways(sandbox):
        answer = served(ask(sandbox.browser.tls(None), "GET", "/", host=host))
        assert answer.seen("X-Forwarded-Host") == [host]
        assert sandbox.browser.plain("/x?y", host=host).all("Location") == [f"https://{host}/x?y"]
        with pytest.raises(NOTHING):
            ask(sandbox.browser.tls(None), "GET", "/", host="evil.test")


def test_an_alias_leads_to_the_domain_on_both_ports_under_its_certificate(
    program: Program, authority: Pair, tmp_path: Path
) -> None:
    stack = samples.stack(program.proxy, program.version, domain="claw.test", aliases="www.claw.test other.test",
                          http_port=8080, https_port=8443)  # fmt: skip
    wanted = ["https://claw.test:8443/a%2Fb?x=y&z=%20"]
    with build(stack, program, authority, tmp_path) as sandbox, sandbox.running():
        for alias in ("www.claw.test", "other.test"):
            plain = sandbox.browser.plain("/a%2Fb?x=y&z=%20", host=f"{alias}:8080")
            secure = sandbox.browser.get("/a%2Fb?x=y&z=%20", host=f"{alias}:8443", name=alias)
            assert (plain.status, plain.all("Location")) == (308, wanted)
            assert (secure.status, secure.all("Location")) == (308, wanted)
        for name in ("mail.claw.test", "evil.test"):
            with pytest.raises(NOTHING):
                sandbox.browser.plain("/", host=name)
            with pytest.raises(NOTHING):
                sandbox.browser.get("/", host="claw.test", name=name)


def served(answer: Answer) -> Answer:
    assert answer.status == 200
    return answer
