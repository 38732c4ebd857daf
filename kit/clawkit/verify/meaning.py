"""What an answer means that is not the expected one; shared by the checks, judged from facts alone.

Sources: OpenClaw's docs/gateway/health.md, and answers of gateway 2026.9.6 behind nginx and Caddy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clawkit.check import Verdict, failed, ok
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts

LOGS_PROXY = "clawkit logs proxy"
LOGS_GATEWAY = "clawkit logs gateway"
UP = "clawkit up"

UNAVAILABLE = "gateway_unavailable"
"""What the kit's proxies say in the place of a gateway that is away, and OpenClaw itself while it drains."""

STATUSES = {
    502: ("the proxy got no answer from the gateway: it is down, starting, or the upstream is wrong", LOGS_GATEWAY),
    503: ("the proxy has no upstream that it may use", LOGS_PROXY),
    504: ("the gateway did not answer within the proxy's time limit", LOGS_GATEWAY),
    429: ("too many requests, or this address is locked out after wrong tokens", LOGS_GATEWAY),
    421: ("the proxy serves another name here", LOGS_PROXY),
    404: ("the proxy does not pass this path on", LOGS_PROXY),
    400: ("the proxy refuses the request", LOGS_PROXY),
}


def unreachable(failure: Failure) -> Verdict:
    fix = UP if failure.kind in (Trouble.REFUSED, Trouble.UNREACHABLE) else LOGS_PROXY
    return failed(f"no answer: {failure}", fix, failure=failure.kind.value)


def refused(facts: HttpFacts) -> Verdict | None:
    """The verdict on an error that proxy or gateway sent in place of content; None when it is no error."""
    if facts.failure:
        return unreachable(facts.failure)
    if facts.status < 300:
        return None
    text, fix = _words(facts)
    return failed(f"{facts.status}: {text}", fix, status=facts.status, path=facts.path)


def _words(facts: HttpFacts) -> tuple[str, str]:
    kind = error_type(facts.document)
    if kind == "proxy_attribution_required":
        return ("proxy_attribution_required: the gateway does not trust the proxy's address, "
                "or the proxy names no usable client in X-Forwarded-For"), UP  # fmt: skip
    if facts.status == 503 and facts.document:
        return _unready(facts.document), LOGS_GATEWAY
    if "unauthenticated sockets" in facts.text:
        return "the gateway counts too many open sockets from this one address", LOGS_PROXY
    if 300 <= facts.status < 400:
        return f"redirected to {facts.header('location') or 'nowhere'}", LOGS_PROXY
    text, fix = STATUSES.get(facts.status, ("unexpected status", LOGS_PROXY))
    return (f"{text} ({kind})" if kind else text), fix


def error_type(document: Mapping[str, Any]) -> str:
    error = document.get("error")
    return str(error.get("type", "")) if isinstance(error, dict) else ""


def _unready(document: Mapping[str, Any]) -> str:
    if error_type(document) == UNAVAILABLE:
        return f"the gateway takes no requests: it is down, starting or stopping ({UNAVAILABLE})"
    failing = document.get("failing")
    named = ", ".join(map(str, failing)) if isinstance(failing, list) else ""
    reason = named or str(document.get("pendingReason") or error_type(document))
    state = str(document.get("status") or "not ready")
    return f"the gateway is {state}" + (f" ({reason})" if reason else "")


def probe_verdict(facts: HttpFacts, key: str, said: str) -> Verdict:
    """A probe endpoint: status alone proves nothing, the Control UI answers 200 on unknown paths."""
    wrong = refused(facts)
    if wrong:
        return wrong
    if facts.content_type == "text/html":
        return failed(f"{facts.status} with HTML in place of JSON: the path does not reach the gateway's probe",
                      LOGS_PROXY, status=facts.status, content_type=facts.content_type)  # fmt: skip
    if facts.document.get(key) is not True:
        return failed(f"{facts.status} {facts.content_type or 'without a type'}, but no \"{key}\": true in it",
                      LOGS_GATEWAY, status=facts.status, content_type=facts.content_type)  # fmt: skip
    return ok(f"{facts.status}, {said}, {facts.first_byte_ms:g} ms", status=facts.status, ms=facts.first_byte_ms)
