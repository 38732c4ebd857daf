"""Failures in nginx's error log: the words are those of nginx's source (ngx_http_upstream.c, ngx_resolver.c)."""

from __future__ import annotations

import re

from clawkit.doctor.model.failure import Failure, FailureKind
from clawkit.doctor.model.place import Place

# The first that fits, so the narrower words stand first: "recv() failed (111) while resolving" is no refused upstream.
_KINDS: tuple[tuple[str, FailureKind], ...] = (
    (r"while resolving, resolver:|could not be resolved \((?!3:)|unexpected (?:A|AAAA|DNS) (?:record|response)",
     FailureKind.RESOLVER_DOWN),
    (r"could not be resolved \(3:|host not found in upstream|no resolver defined to resolve", FailureKind.NO_HOST),
    (r"\(13: [^)]+\) while connecting to upstream", FailureKind.PERMISSION),
    (r"while SSL handshaking to upstream|upstream SSL certificate|SSL_do_handshake\(\) failed.*upstream:",
     FailureKind.TLS),
    (r"while SSL handshaking|no \"ssl_certificate\" is defined|while reading PROXY protocol", FailureKind.CLIENT_TLS),
    (r"\((?:111|61|2): [^)]+\) while connecting to upstream",
     FailureKind.REFUSED),
    (r"\((?:113|101|99|65|51): [^)]+\) while connecting to upstream", FailureKind.UNREACHABLE),
    (r"\((?:110|60): [^)]+\) while connecting to upstream", FailureKind.CONNECT_TIMEOUT),
    (r"\((?:110|60): [^)]+\) while sending (?:request )?to upstream", FailureKind.SEND_TIMEOUT),
    (r"upstream timed out \(", FailureKind.READ_TIMEOUT),
    (r"upstream prematurely closed|\((?:104|32): [^)]+\) "
     r"while (?:reading response header "
     r"from|reading|sending request to|sending to) upstream|upstream closed prematurely", FailureKind.CLOSED),
    (r"upstream sent too big header", FailureKind.BIG_HEADER),
    (r"no live upstreams", FailureKind.NO_UPSTREAM),
    (r"client intended to send too large", FailureKind.BODY_TOO_LARGE),
    (r"limiting (?:requests|connections)(?!, dry run)", FailureKind.LIMITED),
    (r"access forbidden by rule", FailureKind.FORBIDDEN),
    (r"\(28: [^)]+\)", FailureKind.NO_SPACE),
    (r"\(24: [^)]+\)|worker_connections are not enough", FailureKind.TOO_MANY_FILES),
    (r"upstream sent (?:invalid|no valid|unexpected|unsupported|too many)", FailureKind.INVALID_HEADER),
    (r"rewrite or internal redirection cycle", FailureKind.LOOP),
    (r"(?:open|stat)\(\) \"[^\"]+\" failed \(2: |is not found \(2: ", FailureKind.NO_FILE),
)  # fmt: skip
KINDS = tuple((re.compile(pattern), kind) for pattern, kind in _KINDS)
LEVEL = re.compile(r"\[(emerg|alert|crit|error|warn|info)\]")
UPSTREAM = re.compile(r'upstream: "(?:\w+:)?(?://)?(?P<at>unix:[^":]+|[^"/]+)')
NAMES = (re.compile(r"([\w.-]+) could not be resolved"), re.compile(r'host not found in upstream "([^"]+)"'),
         re.compile(r"no resolver defined to resolve ([\w.-]+)"), re.compile(r'no live upstreams.*upstream: '
                                                                             r'"\w+://([^"/]+)'))  # fmt: skip
CLIENT = re.compile(r"client: ([0-9a-fA-F.:]+)")
HOST = re.compile(r'host: "([^"]+)"')
SERVER = re.compile(r"server: ([^,\s]+)")
REQUEST = re.compile(r'request: "(?:[A-Z]+) (\S+)')
METHOD = re.compile(r'request: "([A-Z]+) ')
STATUS = {
    FailureKind.CONNECT_TIMEOUT: 504, FailureKind.READ_TIMEOUT: 504, FailureKind.SEND_TIMEOUT: 504,
    FailureKind.BODY_TOO_LARGE: 413, FailureKind.FORBIDDEN: 403, FailureKind.LOOP: 500, FailureKind.NO_FILE: 404,
}  # fmt: skip
"""What nginx answers by default; 502 for the others that concern the upstream."""
BAD_GATEWAY = frozenset(
    (FailureKind.REFUSED, FailureKind.UNREACHABLE, FailureKind.CLOSED, FailureKind.NO_HOST, FailureKind.RESOLVER_DOWN,
     FailureKind.PERMISSION, FailureKind.TLS, FailureKind.BIG_HEADER, FailureKind.NO_UPSTREAM,
     FailureKind.INVALID_HEADER)
)  # fmt: skip


def failure(text: str, at: Place, time: float | None) -> Failure | None:
    """A line of the error log as a failure; None for a line that reports none."""
    if not LEVEL.search(text):
        return None
    kind = next((kind for pattern, kind in KINDS if pattern.search(text)), None)
    if kind is None:
        return None
    host = _first(HOST, text).rsplit(":", 1)[0] if "]" not in _first(HOST, text) else _first(HOST, text)
    return Failure(
        kind=kind,
        at=at,
        upstream=_upstream(text),
        site=host or _first(SERVER, text).removesuffix("_"),
        method=_first(METHOD, text),
        path=_first(REQUEST, text).partition("?")[0],
        status=None if "[emerg]" in text else STATUS.get(kind, 502 if kind in BAD_GATEWAY else None),
        client=_first(CLIENT, text),
        time=time,
    )


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found else ""


def _upstream(text: str) -> str:
    found = UPSTREAM.search(text)
    if found and not text.count("no live upstreams"):
        return found.group("at")
    return next((name for name in (_first(pattern, text) for pattern in NAMES) if name), "")
