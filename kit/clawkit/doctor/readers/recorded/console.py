"""Lines of a browser's console or error page: what the user saw, as exchanges from the public side."""

from __future__ import annotations

import re
from dataclasses import replace

from clawkit.doctor.model.exchange import Exchange, Vantage
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.logs.speaker import plain
from clawkit.doctor.readers.recorded import websocket
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.recorded.trouble import trouble
from clawkit.doctor.readers.recorded.vantage import vantage
from clawkit.doctor.readers.text import TextFile
from clawkit.doctor.redaction import redact

URL = re.compile(r"\b(?:https?|wss?)://[^\s'\"<>),\u201c\u201d\u2018\u2019]+")
SOCKET = re.compile(r"WebSocket connection to ['\u2018\"]?(\S+?)['\u2019\"]? failed|"
                    r"can.t establish a connection to the server at (\S+?)\.?$|"
                    r"connection to (wss?://\S+) was interrupted")  # fmt: skip
HANDSHAKE = re.compile(r"Unexpected response code: (\d{3})")
STATUS = re.compile(r"responded with a status of (\d{3})|net::ERR_ABORTED (\d{3})|\b(?:GET|POST|HEAD) \S+ (\d{3}) \(|"
                    r"net::ERR_HTTP_RESPONSE_CODE_FAILURE (\d{3})|\[HTTP/[\d.]+ (\d{3})")  # fmt: skip
MIME = re.compile(
    r"MIME type (?:of |\()?[\"'\u201c]?(?P<type>[\w/+-]+)|disallowed MIME type \(\u201c(?P<other>[\w/+-]+)"
)
NET = re.compile(
    r"\b(?:net::|NET::)?(?P<code>(?:ERR|DNS_PROBE)_[A-Z0-9_]+)\b|\b(?P<moz>(?:SSL|SEC|PR|MOZILLA_PKIX)_(?:ERROR|"
    r"CONNECT)_\w+)"
)
MIXED = re.compile(r"Mixed Content: .*insecure .*['\"\u2018](?P<url>wss?://[^'\"\u2019]+|http://[^'\"\u2019]+)")
POLICY = re.compile(r"Refused to (?:connect|load|execute|frame|apply).*(?:Content Security Policy|because it violates)")


def read(file: TextFile) -> Seen:
    """Prose around it says nothing; the same words twice say it once."""
    found: dict[tuple[object, ...], Exchange] = {}
    for number, line in enumerate(file.text.splitlines(), start=1):
        exchange = of_line(plain(line).strip(), file.shown, number)
        if exchange is not None:
            key = (exchange.url, exchange.status, exchange.error, exchange.close_code, exchange.close_reason)
            found.setdefault(key, exchange)
    return Seen(exchanges=tuple(found.values()))


def of_line(line: str, shown: str, number: int) -> Exchange | None:
    url = found.group(0).rstrip(".:") if (found := URL.search(line)) else ""
    where = vantage(url) if url else Vantage.PUBLIC
    base = Exchange(url=redact(url), at=Place(shown, number, redact(line)), vantage=where)
    socket = SOCKET.search(line)
    if socket:
        code = HANDSHAKE.search(line)
        words = line.split("failed:", 1)[-1] if "failed:" in line else "closed before it was established"
        base = replace(base, upgrade=True)
        return replace(base, status=int(code.group(1))) if code else replace(base, error=_error(words))
    if (refused := websocket.REFUSED.search(line)) and "connect failed" in line:
        return replace(base, upgrade=True, status=int(next(group for group in refused.groups() if group)))
    if "disconnected (" in line or "closed (" in line or "Disconnected (" in line:
        closed = websocket.of_line(line, replace(base, upgrade=True))
        if closed is not None:
            return closed
    if (mixed := MIXED.search(line)) is not None:
        return replace(base, url=mixed["url"], error="mixed-content", upgrade=mixed["url"].startswith("ws"))
    if (mime := MIME.search(line)) is not None and re.search(r"module|MIME type .*not executable|stylesheet", line):
        kind = mime["type"] or mime["other"] or ""
        return replace(base, headers={"content-type": kind}, error="mime-type")
    if POLICY.search(line):
        return replace(base, error="content-security-policy")
    status = STATUS.search(line)
    if status:
        return replace(base, status=int(next(group for group in status.groups() if group)))
    net = NET.search(line)
    return replace(base, error=_error(net["code"] or net["moz"])) if net and net["code"] != "ERR_ABORTED" else None


def _error(words: str) -> str:
    net = NET.search(words)
    return trouble(net["code"] or net["moz"]) if net else trouble(words)
