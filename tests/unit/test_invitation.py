"""The one-time link: the gateway's own, at the public address, and nothing of it in an error."""

from __future__ import annotations

import json

import pytest

from clawkit.errors import ClawkitError
from clawkit.pairing.invitation import invitation
from fakes import make_stack

GATEWAY = make_stack(domain="claw.test", https_port=8443).gateways[0]

# as gateway 2026.9.6 printed it, with another token
ANSWER = {
    "ok": True,
    "browserUrl": "http://127.0.0.1:18789/#bootstrapToken=secret-1&bootstrapProfile=owner"
    "&gatewayUrl=ws%3A%2F%2F127.0.0.1%3A18789",
    "browserBootstrapExpiresAtMs": 1_795_340_000_000,
}


def test_the_link_leads_to_the_public_address_and_no_browser_is_sent_to_loopback() -> None:
    found = invitation(json.dumps(ANSWER), GATEWAY)
    assert found.link == "https://claw.test:8443/#bootstrapToken=secret-1&bootstrapProfile=owner"
    assert found.expires.year == 2026


def test_lines_before_the_answer_do_no_harm() -> None:
    assert invitation("warning: something\n" + json.dumps(ANSWER), GATEWAY).link.startswith("https://claw.test:8443/#")


PARTIAL = json.dumps({**ANSWER, "browserUrl": "http://x/#bootstrapToken=secret-1"})


@pytest.mark.parametrize("answer", ["", "no json", "{}", PARTIAL])
def test_another_answer_is_an_error_that_shows_nothing_of_it(answer: str) -> None:
    with pytest.raises(ClawkitError) as caught:
        invitation(answer, GATEWAY)
    assert "secret-1" not in str(caught.value) + (caught.value.fix or "")
