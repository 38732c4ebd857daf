"""What a probe saw, as an exchange of the model with the command that shows it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from clawkit.doctor.model.exchange import Exchange, Vantage
from clawkit.doctor.model.place import Place
from clawkit.doctor.redaction import redact
from clawkit.doctor.walk.whose import described
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.probe.protocol import WebSocketFacts
from clawkit.probe.target import Target

BODY = 2000

ERRORS: Mapping[Trouble, str] = {
    Trouble.REFUSED: "refused",
    Trouble.TIMEOUT: "timeout",
    Trouble.NO_ADDRESS: "dns",
    Trouble.CLOSED: "empty",
    Trouble.NOT_TLS: "tls-wrong-version",
    Trouble.NO_CERTIFICATE: "tls-internal-error",
    Trouble.UNKNOWN_NAME: "tls-unrecognized-name",
    Trouble.TLS_VERSION: "tls-protocol-version",
    Trouble.UNTRUSTED: "tls-untrusted",
    Trouble.TLS_OTHER: "tls-failed",
}
"""The words of `Exchange.error`; for others the failure's own."""


def error(failure: Failure | None) -> str:
    return ERRORS.get(failure.kind, failure.text) if failure else ""


def exchange(target: Target, facts: HttpFacts, vantage: Vantage, *, forwarded_proto: str = "") -> Exchange:
    url = f"{'https' if target.tls else 'http'}://{target.authority}{facts.path}"
    more = ("-H", f"X-Forwarded-Proto: {forwarded_proto}") if forwarded_proto else ()
    told = described(facts) if facts.failure or facts.status >= 300 else f"{facts.status} {facts.content_type}"
    return Exchange(
        url=url,
        at=Place(command(target, facts.path, *more), None, redact(told)),
        vantage=vantage,
        status=facts.status or None,
        headers=dict(facts.headers),
        body=redact(facts.text[:BODY]),
        error=error(facts.failure),
        elapsed=round(facts.first_byte_ms / 1000, 4) if facts.status else None,
        forwarded_proto=forwarded_proto,
    )


def upgrade(target: Target, facts: WebSocketFacts, *, expected: bool) -> Exchange:
    """`expected`: the refusal that a connect without credentials gets from a gateway that is well."""
    url = f"{'wss' if target.tls else 'ws'}://{target.authority}/"
    answer = facts.upgrade
    close = None if expected else facts.close
    told = "101, connect.challenge" if facts.nonce else described(answer) if answer else str(facts.failure)
    refused = f", closed with {close.code} {close.reason}".rstrip() if close else ""
    again = command(target, "/", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H",
                    "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")  # fmt: skip
    return Exchange(
        url=url,
        at=Place(again, None, redact(told + refused)),
        vantage=Vantage.PUBLIC,
        status=answer.status if answer else None,
        headers=dict(answer.headers) if answer else {},
        body=redact(answer.text[:BODY]) if answer else "",
        error=error(facts.failure),
        upgrade=True,
        close_code=close.code if close else None,
        close_reason=close.reason if close else "",
        elapsed=round(facts.upgrade_ms / 1000, 4) if answer else None,
    )


def command(target: Target, path: str, *more: str) -> str:
    """`curl` as a user can paste it; -k, because another exchange says what is wrong with a certificate."""
    scheme = "https" if target.tls else "http"
    words = ["curl", "-isS", "--http1.1", *(("-k",) if target.tls else ()), *more]
    if target.dial != target.name:
        address = f"[{target.dial}]" if ":" in target.dial else target.dial
        words += ["--connect-to", f"::{address}:"]
    return shlex.join([*words, f"{scheme}://{target.authority}{path}"])
