"""What a WebSocket conversation means that went wrong before the question of a check came up."""

from __future__ import annotations

from clawkit.check import Verdict, failed
from clawkit.probe.failure import Trouble
from clawkit.probe.protocol import Refusal, WebSocketFacts
from clawkit.verify.meaning import LOGS_GATEWAY, LOGS_PROXY, refused, unreachable

LOCKED_OUT = "AUTH_RATE_LIMITED"


def not_open(facts: WebSocketFacts) -> Verdict | None:
    """The verdict when there was no upgrade or no connect.challenge; None when the gateway spoke."""
    if facts.upgrade is None:
        return unreachable(facts.failure) if facts.failure else failed("no answer to the upgrade", LOGS_PROXY)
    if facts.upgrade.status != 101:
        return refused(facts.upgrade) or failed(
            f"{facts.upgrade.status} {facts.upgrade.content_type} in place of 101: "
            "the proxy does not pass the Upgrade header on",
            LOGS_PROXY, status=facts.upgrade.status,
        )  # fmt: skip
    if not facts.nonce:
        return failed(f"101, but no connect.challenge{ending(facts)}", LOGS_GATEWAY, status=101)
    return None


def ending(facts: WebSocketFacts) -> str:
    if facts.close:
        return f", closed with {facts.close.code} {facts.close.reason}".rstrip()
    if facts.failure and facts.failure.kind is Trouble.TIMEOUT:
        return ", no answer in time"
    return f", {facts.failure}" if facts.failure else ""


def minutes(refusal: Refusal) -> str:
    seconds = round(refusal.retry_after_ms / 1000)
    return f"for another {seconds} s" if seconds else "for some minutes"
