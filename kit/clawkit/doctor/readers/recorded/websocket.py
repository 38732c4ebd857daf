"""Output of `wscat`, `websocat` and OpenClaw's own clients: the handshake refused, or the connection closed."""

from __future__ import annotations

import re

from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.logs.speaker import plain
from clawkit.doctor.readers.recorded.command import Command, parsed
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.recorded.trouble import trouble
from clawkit.doctor.readers.recorded.vantage import vantage
from clawkit.doctor.readers.text import TextFile
from clawkit.doctor.redaction import redact

URL = re.compile(r"\bwss?://[^\s'\"<>)]+")
REFUSED = re.compile(r"Unexpected server response: (\d{3})|unexpected status code \(?(\d{3})|"
                     r"rejected WebSocket connection: HTTP "
                     r"(\d{3})|bad status(?: code)?:? (\d{3})|Received unexpected status code.*?(\d{3})")  # fmt: skip
CLOSED = re.compile(r"(?:Disconnected \(code: (?P<a>\d{4}),? ?(?:reason: \"?(?P<b>[^\")]*)\"?)?\))|"
                    r"(?:(?:gateway )?(?:closed|disconnected|close) \((?P<c>\d{4})(?: [^)]*)?\):? ?(?P<d>.*))|"
                    r"received (?P<e>\d{4}) \([^)]*\) (?P<f>[^;]*)")  # fmt: skip
OPEN = re.compile(r"^Connected \(press CTRL|connect\.challenge|101 Switching")
FAILED = re.compile(
    r"^(?:error|Error|websocat|\[WARN +websocat\S*\]|\[ERROR\S*|gateway connect failed): ?(?P<words>.+)$"
)


def read(file: TextFile, command: Command | None = None) -> Seen:
    """One exchange: what ended it, or that it was opened."""
    lines = [plain(line).rstrip() for line in file.text.splitlines()]
    command = command or _typed(lines)
    words = command.typed if command else file.text
    url = found.group(0) if (found := URL.search(words)) else ""
    inside = command.container if command else ""
    opened: Exchange | None = None
    for number, line in enumerate(lines, start=1):
        place = Place(file.shown, number, redact(line.strip()))
        base = Exchange(
            url=redact(url), at=place, vantage=vantage(url, inside=bool(inside)), upgrade=True, container=inside
        )
        ended = of_line(line, base)
        if ended is not None:
            return Seen(exchanges=(ended,))
        if OPEN.search(line) and opened is None:
            opened = _with(base, status=101)
    return Seen(exchanges=(opened,) if opened else ())


def of_line(line: str, base: Exchange) -> Exchange | None:
    """What one line says of a WebSocket's end, laid over `base`."""
    refused = REFUSED.search(line)
    if refused:
        return _with(base, status=int(next(group for group in refused.groups() if group)))
    closed = CLOSED.search(line)
    if closed:
        code = closed["a"] or closed["c"] or closed["e"]
        reason = (closed["b"] or closed["d"] or closed["f"] or "").strip(" `*.'\"")
        return _with(base, status=101, close_code=int(code), close_reason=redact(reason))
    failed = FAILED.match(line)
    return _with(base, error=trouble(failed["words"])) if failed else None


def _with(base: Exchange, **changes: object) -> Exchange:
    from dataclasses import replace

    return replace(base, **changes)  # type: ignore[arg-type]


def _typed(lines: list[str]) -> Command | None:
    found = next((m for line in lines[:5] if (m := re.match(r"^[#$> ]*((?:npx )?(?:wscat|websocat) .+)$", line))), None)
    return parsed(found.group(1)) if found else None
