"""What a failure is called and which words of the authority are kept; the texts are certbot 5.8's against Pebble."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from renew_standin import CONNECTION, answers

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def judged(output: str, log: str = "") -> Any:
    return answers.judge(answers.Answer(1, output, log), AT)


def raised(kind: str) -> str:
    return f"Traceback (most recent call last):\nacme.messages.Error: urn:ietf:params:acme:error:{kind} :: words\n"


def authorization(kind: str, detail: str) -> str:
    return CONNECTION.replace("connection\n", f"{kind}\n", 1).split("  Detail:")[0] + f"  Detail: {detail}\n\n"


CASES = [
    (CONNECTION, "", "connection", "claw.test: Get"),
    (authorization("unauthorized", "192.0.2.7: Invalid response from claw.test: 404"), "", "unauthorized", "404"),
    (authorization("caa", "CAA record for claw.test prevents issuance"), "", "caa", "prevents issuance"),
    (authorization("dns", "no valid A records found for claw.test"), "", "dns", "no valid A records"),
    (authorization("connection", 'Get "http://claw.test/x": could not resolve URL "http://claw.test/x"'), "", "dns",
     "could not resolve"),
    (authorization("somethingNew", "words"), "", "other", "claw.test: words"),
    ('An unexpected error occurred:\nOrder included an identifier for which issuance is forbidden by policy: "b.test"',
     raised("rejectedIdentifier"), "rejectedIdentifier", "Order included an identifier"),
    ("Unable to register an account with ACME server. Error returned by the ACME server: JWS has an invalid "
     "anti-replay nonce: x", raised("badNonce"), "badNonce", "invalid anti-replay nonce"),
    ("Unable to register an account with ACME server. Server requires external account binding. Please use --eab-kid "
     "and --eab-hmac-key.", "", "externalAccountRequired", "requires external account binding"),
    ("An unexpected error occurred:\nrequests.exceptions.ConnectionError: HTTPSConnectionPool(host='ca.test', port=9): "
     'Max retries exceeded with url: /dir (Caused by NewConnectionError("HTTPSConnection(host=\'ca.test\', port=9): '
     'Failed to establish a new connection: [Errno 111] Connection refused"))', "", "directory-unreachable",
     "ca.test:9: Connection refused"),
    ("An unexpected error occurred:\nrequests.exceptions.SSLError: HTTPSConnectionPool(host='ca.test', port=9): Max "
     "retries exceeded with url: /dir (Caused by SSLError(SSLCertVerificationError(1, '[SSL: "
     "CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1006)')))",
     "", "tls-directory",
     "ca.test:9: unable to get local issuer certificate"),
    ("", "", "other", "certbot gave no reason"),
]  # fmt: skip


@pytest.mark.parametrize(("output", "log", "problem", "words"), CASES)
def test_a_failure_is_named_and_keeps_the_authoritys_words(output: str, log: str, problem: str, words: str) -> None:
    found = judged(output, log)
    assert found.problem == problem
    assert words in found.error
    assert "Ask for help" not in found.error and "\n" not in found.error


def test_a_nonce_that_was_refused_on_the_way_is_not_the_failure() -> None:
    log = "HTTP 400\n\n{ 'type': 'urn:ietf:params:acme:error:badNonce' }\n" + raised("rejectedIdentifier")
    assert judged("An unexpected error occurred:\nforbidden by policy", log).problem == "rejectedIdentifier"


RESPONSE = "Received response:\nHTTP {code}\nServer: ca\nRetry-After: {wait}\n\n{{}}\n"


@pytest.mark.parametrize(("code", "wait", "seconds"), [
    (429, "3600", 3600),
    (503, "Sun, 22 Nov 2026 13:00:00 GMT", 3600),
    (429, "Sun, 22 Nov 2026 11:00:00 GMT", 0),
    (429, "whenever", 0),
    (200, "3600", 0),  # a poll of an order that is still being worked on
])  # fmt: skip
def test_the_wait_that_a_refusal_names_is_read_in_both_forms(code: int, wait: str, seconds: float) -> None:
    assert judged("An unexpected error occurred:\nwords", RESPONSE.format(code=code, wait=wait)).wait == seconds


def test_the_wait_in_lets_encrypts_words_is_read() -> None:
    words = "too many certificates (5) already issued, retry after 2026-11-22 14:00:00 UTC: see https://letsencrypt.org"
    assert judged(f"An unexpected error occurred:\n{words}", raised("rateLimited")).wait == 7200
