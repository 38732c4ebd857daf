"""No secret leaves through evidence, and what names a secret without being one stays legible."""

from __future__ import annotations

import pytest

from clawkit.doctor.redaction import redact


@pytest.mark.parametrize(
    "text",
    [
        "OPENCLAW_GATEWAY_TOKEN=s3cr3tvalue",
        '"token": "s3cr3tvalue",',
        "token: 's3cr3tvalue'",
        "- OPENAI_API_KEY=s3cr3tvalue",
        "Authorization: Bearer s3cr3tvalue",
        "GET /?token=s3cr3tvalue&a=1 HTTP/1.1",
        "https://claw.example.net/#bootstrapToken=s3cr3tvalue",
        "--token s3cr3tvalue --port 18789",
        "proxy_pass http://user:s3cr3tvalue@openclaw:18789;",
        "password = s3cr3tvalue",
    ],
)
def test_values_of_secrets_are_masked(text: str) -> None:
    assert "s3cr3tvalue" not in redact(text)
    assert "***" in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "OPENCLAW_GATEWAY_TOKEN=${OPENCLAW_GATEWAY_TOKEN}",
        '"token": "${GATEWAY_TOKEN}"',
        "token: { source: 'env', id: 'OPENCLAW_GATEWAY_TOKEN' }",
        "TOKEN_FILE=/run/secrets/token",
        "reason=token_mismatch",
        "ssl_certificate_key /tls/privkey.pem;",
        "proxy_pass http://openclaw:18789;",
    ],
)
def test_what_only_names_a_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_a_known_secret_is_masked_wherever_it_stands() -> None:
    assert redact("argv: node x abcdef123456", ("abcdef123456",)) == "argv: node x ***"
