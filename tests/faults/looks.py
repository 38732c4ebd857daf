"""What a user sees of a stack, in a few words: each kind of look with what it is when all is well."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from clawkit.probe import chat, http, tls, upload, websocket
from clawkit.probe.http import HttpFacts
from clawkit.probe.target import Target, Trust
from clawkit.settings.secret import Secret

LIMIT = 8.0
"""A visitor gives up after this; longer than any pause of a healthy stack."""


class Site(Protocol):
    @property
    def target(self) -> Target: ...
    @property
    def plain(self) -> Target: ...
    @property
    def trust(self) -> Trust: ...
    @property
    def folder(self) -> Path: ...

    token: Secret


@dataclass(frozen=True, slots=True)
class Look:
    name: str
    at: Callable[[Site], str]
    well: str
    """A pattern for what a healthy stack shows."""

    def healthy(self, seen: str) -> bool:
        return re.search(self.well, seen) is not None


def answered(facts: HttpFacts) -> str:
    if facts.failure:
        return str(facts.failure)
    if facts.document:
        error = facts.document.get("error") or {}
        kind = error.get("type") if isinstance(error, dict) else error
        return f"{facts.status} {kind or 'json'}"
    words = re.sub(r"(?s)<(style|script).*?</\1>|<[^>]*>", " ", facts.text)
    if "<openclaw-app" in facts.text or "OpenClaw Control" in facts.text:
        return f"{facts.status} OpenClaw's page"
    short = " ".join(words.split())[:40] or ("empty" if not facts.body else facts.content_type)
    location = facts.header("location")
    return f"{facts.status} {short}" + (f" to {location}" if location else "")


def page(site: Site) -> str:
    return answered(http.get(site.target, "/", trust=site.trust, limit=LIMIT))


def below(site: Site) -> str:
    """The page below the path of which some want it."""
    return answered(http.get(site.target, "/claw/", trust=site.trust, limit=LIMIT))


def asset(site: Site) -> str:
    """The first module that the page asks for, in a page without one the page itself."""
    index = http.get(site.target, "/", trust=site.trust, limit=LIMIT)
    found = re.search(r"""src=["']\.?(/[^"']+\.js)""", index.text)
    if found is None:
        return f"no module in the page ({answered(index)})"
    module = http.get(site.target, found[1], trust=site.trust, limit=LIMIT)
    return str(module.failure) if module.failure else f"{module.status} {module.content_type}"


def plain(site: Site) -> str:
    return answered(http.get(site.plain, "/", limit=LIMIT))


def challenge(site: Site) -> str:
    """A certificate authority's question; a token that nobody left there is a plain 404 of nginx."""
    return answered(http.get(site.plain, "/.well-known/acme-challenge/looked-for", limit=LIMIT))


def socket(site: Site) -> str:
    return spoken(site, None)


def origin(site: Site) -> str:
    return spoken(site, f"https://{site.target.authority}")


def spoken(site: Site, origin: str | None) -> str:
    talk = websocket.converse(site.target, trust=site.trust, token=site.token, origin=origin, limit=LIMIT)
    if talk.upgrade is None:
        return str(talk.failure)
    if talk.upgrade.status != 101:
        return answered(talk.upgrade)
    if talk.hello:
        return "101, signed in"
    closed = f", close {talk.close.code}" if talk.close else f", {talk.failure}" if talk.failure else ""
    return f"101{closed} {talk.refusal.code if talk.refusal else ''}".strip()


def upgrade(site: Site) -> str:
    """The upgrade alone, by someone who has no token yet."""
    talk = websocket.converse(site.target, trust=site.trust, limit=LIMIT)
    return str(talk.failure) if talk.upgrade is None else answered(talk.upgrade)


def body(site: Site) -> str:
    found = upload.post(site.target, site.trust, site.token, "/tools/invoke", 5 * 1024 * 1024)
    return str(found.failure) if found.failure else f"{found.status} {found.content_type}"


def certificate(site: Site) -> str:
    found = tls.handshake(site.target, site.trust)
    if found.failure:
        return str(found.failure)
    wrong = found.leaf is not None and site.target.name not in found.leaf.names
    return found.verify_message or ("certificate for another name" if wrong else "trusted")


def thought(site: Site) -> str:
    """An answer for which the model thinks a while."""
    found = chat.ask(site.target, site.trust, site.token, "think=6", stream=False, limit=40)
    return str(found.failure) if found.failure else f"{found.status}" + ("" if found.finished else ", cut")


PAGE = Look("page", page, "^200 OpenClaw's page$")
BELOW = Look("page /claw/", below, "^200 OpenClaw's page$")
ASSET = Look("module", asset, "^200 (text|application)/javascript$")
PLAIN = Look("http", plain, "^30[18] .*to https://")
CHALLENGE = Look("challenge", challenge, "^404 404 Not Found")
SOCKET = Look("WebSocket", socket, "^101, signed in$")
ORIGIN = Look("WebSocket", origin, "DEVICE_IDENTITY_REQUIRED|AUTH_TOKEN_MISSING|signed in")
BODY = Look("upload", body, "^413 application/json$")
CERTIFICATE = Look("TLS", certificate, "^trusted$")
THOUGHT = Look("answer", thought, "^200$")
