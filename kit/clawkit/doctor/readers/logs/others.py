"""Failures in the logs of HAProxy, Apache, Envoy, Traefik and oauth2-proxy, each told by the form of its lines."""

from __future__ import annotations

import re

from clawkit.doctor.model.failure import Failure, FailureKind
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.logs.caddy import KINDS as GO

HAPROXY = re.compile(
    r"^(?:<\d+>)?(?P<client>[\da-fA-F.:]+):\d+ \[\d\d/[A-Z][a-z]{2}/\d{4}:[^\]]+\] \S+ (?P<back>\S+)/(?P<server>\S+) "
    r"[-\d+/]+ (?P<status>-?\d+) \+?\d+ \S+ \S+ (?P<term>[A-Za-z-]{2})\S* .*?\"(?P<request>[^\"]*)\""
)
"""`option httplog`."""
HAPROXY_SERVER = re.compile(
    r"Server \S+/\S+ is DOWN, reason: (?P<reason>[^,]+)(?P<rest>.*)|(?:backend|proxy) \S+ has no server available|"
    r"^\[(?:ALERT|WARNING|NOTICE)\] +(?:\d+/\d+ )?\(\d+\) :"
)
APACHE = re.compile(
    r"^AH00\d{3}: |^Invalid command '\w+', perhaps|"
    r"^\[[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d [\d:.]+ \d{4}\] \[[\w:]+:\w+\] \[pid "
)
ENVOY = re.compile(
    r"error initializing (?:network )?configuration |"
    r'^\[\d{4}-\d\d-\d\dT[\d:.]+Z\] "(?P<method>[A-Z]+) (?P<path>\S+) HTTP/[\d.]+" (?P<status>\d+) '
    r"(?P<flags>[A-Z,]+|-) "
)
TRAEFIK = re.compile(
    r"^command traefik error: |"
    r"'50[0234] [A-Z][\w ]+' caused by: |"
    r"^(?!.*\bacme\b).*(?:(?:entryPointName|routerName|serviceName|middlewareName|middlewareType)=|"
    r"providerName=\"?(?:file|docker|swarm)\b)|"
    r"error while parsing rule |Error calling \S+ Cause: |Error proxying to upstream server: "
)
FORM = re.sub(r"\(\?P<\w+>", "(?:", "|".join(one.pattern for one in (HAPROXY, HAPROXY_SERVER, APACHE, ENVOY, TRAEFIK)))
"""Who writes such a line is one of these."""
_TERMS = {"sC": FailureKind.CONNECT_TIMEOUT, "sH": FailureKind.READ_TIMEOUT, "sD": FailureKind.READ_TIMEOUT,
          "cD": FailureKind.READ_TIMEOUT, "SH": FailureKind.CLOSED, "SD": FailureKind.CLOSED,
          "PR": FailureKind.FORBIDDEN, "PH": FailureKind.INVALID_HEADER}  # fmt: skip
"""First two letters of the state at the end (haproxy, "Session state at disconnection")."""
_REASONS = (("Layer4 timeout", FailureKind.CONNECT_TIMEOUT), ("Layer4 connection", FailureKind.REFUSED),
            ("Layer6", FailureKind.TLS), ("Layer7", FailureKind.NO_UPSTREAM))  # fmt: skip
_APACHE: tuple[tuple[re.Pattern[str], FailureKind], ...] = (
    (re.compile(r"\(13\)Permission denied: AH0095[78]"), FailureKind.PERMISSION),
    (re.compile(r"\((?:111|61)\)Connection refused: AH0095[78]"), FailureKind.REFUSED),
    (re.compile(r"\((?:113|101)\)[^:]+: AH0095[78]"), FailureKind.UNREACHABLE),
    (re.compile(r"\((?:110|70007)\)[^:]+: AH0095[78]"), FailureKind.CONNECT_TIMEOUT),
    (re.compile(r"DNS lookup failure for: "), FailureKind.NO_HOST),
    (re.compile(r"\((?:70007|110)\)The timeout specified has expired.*AH01(?:102|110)"), FailureKind.READ_TIMEOUT),
    (re.compile(r"AH01102: error reading status line|AH00898: Error reading from remote server"), FailureKind.CLOSED),
    (re.compile(r"AH01961: |AH02003: |AH02039: |SSL Proxy requested for"), FailureKind.TLS),
    (re.compile(r"AH01630: client denied"), FailureKind.FORBIDDEN),
    (re.compile(r"is larger than the configured limit"), FailureKind.BODY_TOO_LARGE),
)  # fmt: skip
_APACHE_UPSTREAM = re.compile(
    r"attempt to connect to ([^\s(]+)|from remote server ([^\s(]+)|DNS lookup failure for: (\S+)"
)
_FLAGS = {"UH": FailureKind.NO_UPSTREAM, "UC": FailureKind.CLOSED, "UT": FailureKind.READ_TIMEOUT,
          "URX": FailureKind.REFUSED}  # fmt: skip
_DIALLED = re.compile(r"dial tcp (\[[^\]]+\]:\d+|[\w.-]+:\d+)|lookup ([\w.-]+)")


def failure(text: str, at: Place, time: float | None) -> Failure | None:
    for reader in (_haproxy, _apache, _envoy, _traefik):
        found = reader(text, at, time)
        if found is not None:
            return found
    return None


def _haproxy(text: str, at: Place, time: float | None) -> Failure | None:
    line = HAPROXY.search(text)
    if line is None:
        server = HAPROXY_SERVER.search(re.sub(r"^\[(?:ALERT|WARNING|NOTICE)\][^:]*: *", "", text))
        reason = (server["reason"] or "") if server is not None else ""
        kind = next((kind for words, kind in _REASONS if reason.startswith(words)), None)
        gone = server is not None and "has no server available" in text
        return Failure(kind or FailureKind.NO_UPSTREAM, at, time=time) if kind or gone else None
    kind = _TERMS.get(line["term"])
    if line["term"] == "SC":
        kind = FailureKind.NO_UPSTREAM if line["server"] == "<NOSRV>" else FailureKind.REFUSED
    words = line["request"].split()
    if kind is None or (line["server"] == "<NOSRV>" and kind is FailureKind.NO_UPSTREAM and line["back"][-1:] == "~"):
        return None
    path = re.sub(r"^https?://[^/]+", "", words[1]).partition("?")[0] if len(words) > 1 else ""
    return Failure(kind, at, method=words[0] if words else "", path=path, status=_status(line["status"]),
                   client=line["client"], time=time)  # fmt: skip


def _apache(text: str, at: Place, time: float | None) -> Failure | None:
    kind = next((kind for pattern, kind in _APACHE if pattern.search(text)), None) if "AH0" in text else None
    if kind is None:
        return None
    named, client = _APACHE_UPSTREAM.search(text), re.search(r"\[client ([\d.a-fA-F:]+):\d+\]", text)
    upstream = next((group for group in named.groups() if group), "") if named else ""
    return Failure(kind, at, upstream=upstream, client=client[1] if client else "", time=time)


def _envoy(text: str, at: Place, time: float | None) -> Failure | None:
    line = ENVOY.search(text)
    if line is None or line["flags"] in (None, "-"):
        return None
    flags = line["flags"].split(",")
    kind = next((_FLAGS[flag] for flag in flags if flag in _FLAGS), None)
    if "UF" in flags:
        kind = FailureKind.CONNECT_TIMEOUT if "timeout" in text.lower() else FailureKind.REFUSED
    if kind is None:
        return None
    named = re.findall(r'"([^"]*:\d+)"', text)
    path = line["path"].partition("?")[0]
    upstream = named[-1] if named else ""
    return Failure(kind, at, upstream=upstream, method=line["method"], path=path, status=_status(line["status"]),
                   time=time)  # fmt: skip


def _traefik(text: str, at: Place, time: float | None) -> Failure | None:
    if not TRAEFIK.search(text) or not re.search(r"caused by:|Error calling|Error proxying|dial tcp", text):
        return None
    kind = next((kind for pattern, kind in GO if pattern.search(text)), None)
    if kind is None or kind is FailureKind.LIMITED:
        return None
    dialled = _DIALLED.search(text)
    upstream = next((group for group in dialled.groups() if group), "") if dialled else ""
    return Failure(kind, at, upstream=upstream, time=time)


def _status(text: str) -> int | None:
    return int(text) if text.isdigit() else None
