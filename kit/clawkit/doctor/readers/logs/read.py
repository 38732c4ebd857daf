"""A log as lines by speaker, and the failures that the proxies reported in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clawkit.doctor.model.failure import Failure, LogLine, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.kinds import FileKind
from clawkit.doctor.readers.logs import access, caddy, nginx, others
from clawkit.doctor.readers.logs.boxes import unboxed
from clawkit.doctor.readers.logs.speaker import (
    COMPOSE_PREFIX,
    JOURNAL,
    PLATFORM,
    STAMP,
    STRANGERS,
    by_name,
    plain,
    speaker_of,
)
from clawkit.doctor.readers.logs.times import of_iso, time_of
from clawkit.doctor.readers.text import TextFile
from clawkit.doctor.redaction import redact

LINES = 4000
"""Kept of one log, from the end: a hundred causes look through them in a second."""
LOOKED_AT = 2 * LINES
FINE = 300
"""Kept of the requests that went well."""
HINTS = ("token", "key", "bearer", "authorization", "passw", "secret", "@")
SECRETS = re.compile(
    r"""token["']?\s*[=:]|[?&#][\w-]*(?:token|key|secret|password)=|bearer |authorization|passw(?:or)?d["']?\s*[=:]|"""
    r"""secret["']?\s*[=:]|api[-_]?key["']?\s*[=:]|--(?:token|password)|://[^/\s:@]+:[^@/\s]+@""",
    re.IGNORECASE,
)
"""Whether a line may hold a secret at all: redaction itself is too slow for every line."""
BY_KIND = {
    FileKind.NGINX_LOG: Speaker.NGINX,
    FileKind.ACCESS_LOG: Speaker.ACCESS,
    FileKind.CADDY_LOG: Speaker.CADDY,
    FileKind.GATEWAY_LOG: Speaker.GATEWAY,
    FileKind.ACME_LOG: Speaker.ACME,
    FileKind.KERNEL_LOG: Speaker.KERNEL,
    FileKind.PROXY_LOG: Speaker.PROXY,
    FileKind.CONSOLE: Speaker.CLIENT,
    FileKind.CURL: Speaker.CLIENT,
    FileKind.WEBSOCKET: Speaker.CLIENT,
}
READERS = {Speaker.NGINX: nginx.failure, Speaker.CADDY: caddy.failure, Speaker.ACCESS: access.failure,
           Speaker.PROXY: others.failure}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Raw:
    number: int
    text: str
    service: str
    time: float | None


def read(file: TextFile, kind: FileKind) -> tuple[tuple[LogLine, ...], tuple[Failure, ...]]:
    """Lines whose own form tells no speaker (stack traces, continuations) are the file's or their service's."""
    lines: list[LogLine] = []
    fine: list[LogLine] = []
    usual: dict[str, Speaker] = {}
    default = BY_KIND.get(kind, Speaker.UNKNOWN)
    for raw in _raw(file):
        speaker = _speaker(raw, kind, default, usual)
        line = LogLine(speaker, raw.text, Place(file.shown, raw.number, raw.text.strip()), raw.time)
        if speaker is Speaker.ACCESS and (access.status_of(raw.text) or 0) < 400:
            fine.append(line)
        else:
            lines.append(line)
    kept = sorted([*fine[-FINE:], *lines[-LINES:]], key=lambda line: line.at.line or 0)
    return tuple(kept), tuple(_failures(kept))


def _speaker(raw: _Raw, kind: FileKind, default: Speaker, usual: dict[str, Speaker]) -> Speaker:
    if default is Speaker.CLIENT:
        return default
    found = speaker_of(raw.text, likely=default)
    if found is not Speaker.UNKNOWN:
        # a gateway that quotes a proxy's or Docker's words still speaks itself
        if default is Speaker.GATEWAY and found in (Speaker.CLIENT, Speaker.DOCKER, Speaker.ACME):
            return default
        if raw.service:
            usual.setdefault(raw.service, found)
        return found
    if raw.service:
        return usual.get(raw.service) or by_name(raw.service)
    return default


def _raw(file: TextFile) -> Iterator[_Raw]:
    """Lines without colours, without the prefixes of Compose, journald and `logs -t`, without secrets."""
    every = unboxed(file.text).splitlines()
    start = max(len(every) - LOOKED_AT, 0)
    for number, line in enumerate(every[start:], start=start + 1):
        text, service = plain(line).rstrip(), ""
        if not text.strip():
            continue
        prefix = COMPOSE_PREFIX.match(text)
        if prefix and not text.startswith("|"):
            text, service = prefix.group("text") or "", prefix.group("service")
        text = PLATFORM.sub("", text)
        journal = JOURNAL.match(text)
        if journal:
            text, service = text[journal.end() :], journal.group("unit")
            if STRANGERS.match(service):
                continue
        time = None
        stamp = STAMP.match(text)
        if stamp:
            time, text = of_iso(stamp.group(1)), text[stamp.end() :]
        if not text.strip():
            continue
        time = time if time is not None else time_of(text)
        yield _Raw(number, _masked(text), service, time)


def _masked(text: str) -> str:
    lowered = text.lower()
    suspected = any(hint in lowered for hint in HINTS)
    return redact(text) if suspected and SECRETS.search(text) else text


def _failures(lines: list[LogLine]) -> Iterator[Failure]:
    """What an access log means is only told for upstreams of which no error log speaks: that one knows better."""
    found = [(line.speaker, failure) for line in lines if line.speaker in READERS
             for failure in [READERS[line.speaker](line.text, line.at, line.time)] if failure]  # fmt: skip
    explained = {failure.upstream for speaker, failure in found if speaker is not Speaker.ACCESS}
    for speaker, failure in found:
        if speaker is not Speaker.ACCESS or failure.upstream not in explained:
            yield failure
