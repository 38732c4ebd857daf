"""Whose answer it is: OpenClaw's, the proxy's own, or another program's."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from clawkit.probe.http import HttpFacts

MARK = "<openclaw-app"
"""The element that the Control UI mounts into."""

STATES = ("live", "starting", "started", "draining", "suspended")
"""Of /healthz and /startupz (docs gateway/health.md)."""

REFUSALS = ("proxy_attribution_required", "unauthorized", "rate_limited")
"""`error.type` of answers that only the gateway gives; gateway_unavailable is also the kit's proxies' own."""

TITLE = re.compile(r"<title>\s*(.{1,60}?)\s*</title>", re.IGNORECASE | re.DOTALL)
SIGNED = re.compile(r"<center>\s*(nginx|openresty|cloudflare)", re.IGNORECASE)


def is_openclaw(answer: HttpFacts) -> bool:
    document = answer.document
    if document.get("status") in STATES or "ready" in document or error_type(answer) in REFUSALS:
        return True
    # the gateway sends these two on every answer, and names no server (gateway 2026.9.6)
    signed = answer.header("referrer-policy") == "no-referrer" and bool(answer.header("permissions-policy"))
    return MARK in answer.text or signed


def error_type(answer: HttpFacts) -> str:
    error = answer.document.get("error")
    return str(error.get("type", "")) if isinstance(error, dict) else ""


def described(answer: HttpFacts) -> str:
    """Status and author of an answer that was not expected."""
    if answer.failure:
        return str(answer.failure)
    if 300 <= answer.status < 400 and answer.header("location"):
        return f"{answer.status} to {answer.header('location')}"
    return f"{answer.status} {_author(answer)}"


def _author(answer: HttpFacts) -> str:
    refused, signed = error_type(answer), SIGNED.search(answer.text)
    if refused:
        return refused
    if is_openclaw(answer):
        return "by OpenClaw"
    if signed:
        return f"by {signed[1].lower()} itself"
    if not answer.body:
        return "with an empty body"
    title, server = TITLE.search(answer.text), answer.header("server")
    said = f"«{title[1]}»" if title else answer.content_type or "without a type"
    return f"{said}, server {server}" if server else said


def leads_back(answer: HttpFacts, url: str) -> bool:
    """A redirect to the very URL that was asked for."""
    location = answer.header("location")
    return 300 <= answer.status < 400 and bool(location) and _same(urljoin(url, location), url)


def _same(one: str, other: str) -> bool:
    left, right = urlsplit(one), urlsplit(other)
    usual = {"http": 80, "https": 443}
    ports = [part.port or usual.get(part.scheme) for part in (left, right)]
    alike = (left.scheme, left.hostname, left.path or "/", left.query) == (
        right.scheme, right.hostname, right.path or "/", right.query)  # fmt: skip
    return alike and ports[0] == ports[1]
