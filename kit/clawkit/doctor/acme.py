"""What certificate authorities refused, in one form for Caddy, certbot, acme.sh and lego."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from clawkit.doctor.links import sites
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, Site
from clawkit.doctor.model.setup import Setup

SPEAKERS = (Speaker.CADDY, Speaker.ACME, Speaker.UNKNOWN, Speaker.NGINX)
HINT = re.compile(
    r"acme|Domain:|Type:|Detail:|Verify error|Verification error|certificate|Cert success|challenge|DNS problem|"
    r"CAA record|too many "
)
URN = re.compile(r"urn:ietf:params:acme:error:(?P<kind>\w+)\"?,?(?: ?(?:-|::|:)? ?)(?P<rest>.*)")
"""RFC 8555, section 6.7: the kinds of a problem document."""
DETAIL = re.compile(r'"detail": ?"(?P<text>(?:[^"\\]|\\.)*)"')
IDENTIFIER = re.compile(
    r'"identifier": ?"(?P<a>[^"]+)"|\[(?P<b>\*?[\w-]*(?:\.[\w-]+)+)\]|'
    r"(?P<c>\*?[\w-]*(?:\.[\w-]+)+): ?(?:Verify error|Invalid status)|"
    r"for domain (?P<d>[\w.*-]+\w)|certificate for (?P<e>[\w.*-]+\.\w+)|"
    r"(?:looking up \w+ for|record for|acme-challenge\.) ?(?P<f>[\w.*-]+\.\w+)|https?://(?P<g>[\w.-]+)/\.well-known|"
    r"\(\d+\) (?:already issued )?for \"(?P<h>[\w.*-]+)\""
)
VERIFY = re.compile(r"(?:Verify error(?: detail)?|Verification error details): ?(?P<text>.*)")
FIELD = re.compile(r"^ *(?P<key>Domain|Identifier|Type|Detail|Hint): *(?P<text>.*)$")
BARE = re.compile(
    r"(?P<text>DNS problem: .*|CAA record for .*|Timeout during connect.*|Invalid response from http.*|"
    r"too many (?:certificates|failed authorizations|registrations|new orders) .*)"
)
OBTAINED = re.compile(
    r"certificate (?:obtained|renewed) successfully|Successfully received certificate|Cert success|"
    r"Congratulations! Your cert|"
    r"Server responded with a certificate"
)
KINDS = (
    (r"NXDOMAIN|no valid A records|DNS problem|SERVFAIL", "dns"),
    (r"CAA record", "caa"),
    (r"Timeout|timed out|Connection refused|connection refused|Connection reset|No route|unreachable", "connection"),
    (r"Invalid response|did not match this challenge|unauthorized|Incorrect TXT|No TXT", "unauthorized"),
    (r"too many|rate ?limit", "rateLimited"),
)
FOLLOWING = 6
"""Lines over which certbot wraps one message."""


@dataclass(frozen=True, slots=True)
class Refusal:
    kind: str
    """The last part of the problem's URN: dns, connection, unauthorized, caa, rateLimited …"""
    name: str
    """That the certificate was to be for, in lower case; empty where the line does not say."""
    detail: str
    at: Place
    text: str
    """The whole message."""


def refusals(setup: Setup, *kinds: str) -> Iterator[Refusal]:
    """Of our names, and not followed by a certificate."""
    names = {name.value.lower() for _, site in sites(setup) for name in site.names}
    wild = not names or any(name in ("_", "") or name.startswith(("*", ".", "~", ":")) for name in names)
    for one in _refusals(setup.logs):
        ours = wild or not one.name or one.name in names or one.name.removeprefix("*.") in names
        if ours and (not kinds or one.kind in kinds):
            yield one


def automatic(setup: Setup) -> Iterator[tuple[Proxy, Site]]:
    """Sites for which the proxy itself gets certificates from an authority."""
    for proxy, site in sites(setup):
        tls = site.tls
        if site.serves_tls and tls.automatic and (tls.issuer is None or tls.issuer.value != "internal"):
            yield proxy, site


@lru_cache(maxsize=4)
def _refusals(logs: tuple[LogLine, ...]) -> tuple[Refusal, ...]:
    lines = [line for line in logs if line.speaker in SPEAKERS]
    found = list(_found(lines))
    done = [(line.at, _name(line.text)) for line in lines if OBTAINED.search(line.text)]
    return tuple(one for one in found if not any(_later(at, one.at) and name in ("", one.name) for at, name in done))


def _later(one: Place, other: Place) -> bool:
    return one.source == other.source and (one.line or 0) > (other.line or 0)


def _found(lines: Sequence[LogLine]) -> Iterator[Refusal]:
    domain = kind = ""
    for number, line in enumerate(lines):
        text = line.text
        if not HINT.search(text):
            continue
        field = FIELD.match(text)
        if field:
            if field["key"] in ("Domain", "Identifier"):
                domain = field["text"].strip().lower()
            elif field["key"] == "Type":
                kind = field["text"].strip().rsplit(":", 1)[-1]
            elif field["key"] == "Detail":
                whole = _wrapped(lines, number, field["text"])
                yield Refusal(kind or _kind(whole), domain, whole, line.at, whole)
            continue
        yield from _of_line(lines, number)


def _of_line(lines: Sequence[LogLine], number: int) -> Iterator[Refusal]:
    line = lines[number]
    urn, detail = URN.search(line.text), DETAIL.search(line.text)
    verify, bare = VERIFY.search(line.text), BARE.search(line.text)
    if urn:
        words = detail["text"] if detail else urn["rest"]
        yield Refusal(urn["kind"], _name(line.text), _plain(words), line.at, line.text)
    elif verify:
        yield Refusal(_kind(verify["text"]), _name(line.text), verify["text"], line.at, line.text)
    elif bare and _kind(bare["text"]):
        words = _wrapped(lines, number, bare["text"])
        yield Refusal(_kind(words), _name(line.text), words, line.at, line.text)


def _wrapped(lines: Sequence[LogLine], number: int, first: str) -> str:
    words = [first]
    for line in lines[number + 1 : number + FOLLOWING]:
        if line.at.source != lines[number].at.source or not line.text.startswith(" ") or FIELD.match(line.text):
            break
        words.append(line.text.strip())
    return " ".join(words)


def _name(text: str) -> str:
    found = IDENTIFIER.search(text)
    return next((group for group in found.groups() if group), "").lower().rstrip(".") if found else ""


def _kind(text: str) -> str:
    return next((kind for pattern, kind in KINDS if re.search(pattern, text)), "")


def _plain(text: str) -> str:
    return text.replace('\\"', '"').replace("\\n", " ").replace("\\u003c", "<").replace("\\u003e", ">").strip()
