"""What of a request reaches the gateway: the truth about the client, and nothing that the client made up."""

from __future__ import annotations

import pytest

from .browser import ADDRESS
from .conftest import Site

FORGED = (
    "Forwarded", "X-Forwarded", "X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Groups",
    "X-Forwarded-Preferred-Username", "X-Forwarded-Access-Token", "X-Forwarded-Prefix", "X-Forwarded-Server",
    "X-Forwarded-Ssl", "X-Forwarded-Scheme", "X-Forwarded-Uri", "X-Forwarded-Method", "X-Forwarded-Client-Cert",
    "X-Auth-Request-User", "X-Auth-Request-Email", "Remote-User", "Remote-Groups", "X-Remote-User", "X-Remote-Groups",
    "Tailscale-User-Login", "Tailscale-User-Name", "Tailscale-User-Profile-Pic", "Tailscale-App-Capabilities",
)  # fmt: skip


def test_the_gateway_learns_who_asked_and_for_what(site: Site) -> None:
    answer = site.browser.get("/")
    assert answer.seen("Host") == ["claw.test:8443"]
    assert answer.seen("X-Forwarded-For") == [ADDRESS]
    assert answer.seen("X-Real-IP") == [ADDRESS]
    assert answer.seen("X-Forwarded-Proto") == ["https"]
    assert answer.seen("X-Forwarded-Host") == ["claw.test:8443"]
    assert answer.seen("X-Forwarded-Port") == ["8443"]


def test_a_forged_address_is_overwritten_not_appended(site: Site) -> None:
    forged = [(name, "203.0.113.66") for name in ("X-Forwarded-For", "x-forwarded-for", "X-Real-IP")]
    answer = site.browser.get("/", headers=forged)
    assert answer.seen("X-Forwarded-For") == [ADDRESS]
    assert answer.seen("X-Real-IP") == [ADDRESS]


@pytest.mark.parametrize("name", ["X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port"])
def test_a_forged_origin_is_overwritten(site: Site, name: str) -> None:
    truth = site.browser.get("/").seen(name)
    assert site.browser.get("/", headers=[(name, "forged")]).seen(name) == truth


def test_identity_that_a_client_claims_is_dropped(site: Site) -> None:
    answer = site.browser.get("/", headers=[(name, "forged") for name in FORGED])
    assert [name for name, value in answer.json()["headers"] if value == "forged"] == []


def test_a_client_cannot_have_the_true_address_removed_as_hop_by_hop(site: Site) -> None:
    answer = site.browser.get("/", headers=[("Connection", "X-Forwarded-For, X-Real-IP, X-Forwarded-Proto")])
    assert answer.seen("X-Forwarded-For") == [ADDRESS]
    assert answer.seen("X-Real-IP") == [ADDRESS]
    assert answer.seen("X-Forwarded-Proto") == ["https"]


def test_what_the_gateway_needs_passes_untouched(site: Site) -> None:
    mine = [("Authorization", "Bearer t"), ("Cookie", "a=b"), ("Origin", "https://claw.test:8443"),
            ("X-Openclaw-Scopes", "x"), ("Accept-Encoding", "br")]  # fmt: skip
    answer = site.browser.get("/p%2Fq//r?token=t&b=%20", headers=mine)
    assert [(name, answer.seen(name)) for name, _ in mine] == [(name, [value]) for name, value in mine]
    assert answer.json()["path"] == "/p%2Fq//r?token=t&b=%20"


def test_compression_is_left_to_gateway_and_browser(site: Site) -> None:
    assert site.browser.get("/").seen("Accept-Encoding") == []


def test_each_domain_reaches_its_own_gateway(site: Site) -> None:
    assert site.browser.get("/").json()["gateway"] == "main"
    team = site.browser.get("/", host="team.test:8443", name="team.test")
    assert team.json()["gateway"] == "team"
    assert team.seen("Host") == ["team.test:8443"]


def test_the_answer_names_no_server_and_repeats_no_policy(site: Site) -> None:
    answer = site.browser.get("/")
    assert answer.all("Server") in ([], ["nginx"])
    assert answer.all("Via") == []
    assert answer.all("Alt-Svc") == []
    assert answer.all("Strict-Transport-Security") == []
    assert len(answer.all("Content-Security-Policy")) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_what_must_not_be_sent_twice_has_a_connection_of_its_own(site: Site, method: str) -> None:
    """What goes out on a kept connection that the gateway just closed was sent, or was not: nobody could tell."""
    site.browser.get("/kept")
    before = site.main.connections
    for _ in range(5):
        answer = site.browser.request(method, "/own", body=b"{}")
        assert answer.status in (200, 501)
        assert method != "POST" or answer.seen("Connection") in ([], ["close"])
    assert site.main.connections - before >= 5


def test_what_may_be_asked_twice_shares_a_connection(site: Site) -> None:
    site.browser.get("/kept")
    before = site.main.connections - site.main.asked["GET /startupz"]
    for _ in range(5):
        assert site.browser.get("/kept").seen("Connection") in ([], ["keep-alive"])
    assert site.main.connections - site.main.asked["GET /startupz"] - before < 5
