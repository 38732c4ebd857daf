"""Output of `curl` (-v, -i, -I, -w), `wget` and `http`, one exchange for each answer or failure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.pem import SeenCertificate
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.logs.speaker import plain
from clawkit.doctor.readers.logs.times import of_words
from clawkit.doctor.readers.recorded.command import Command
from clawkit.doctor.readers.recorded.request import has_flag, typed, url_of
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.recorded.trouble import trouble
from clawkit.doctor.readers.recorded.vantage import vantage
from clawkit.doctor.readers.text import TextFile
from clawkit.doctor.redaction import redact

BODY = 2000
METER = re.compile(
    r"^ *\d[\d. kMG]*(?: +[\d.kMG]+)+ +[-\d:]+ +[-\d:]+ +[-\d:]+ +[\d.kMG]+(?=[<>*{}]|$)|^ +% Total .*|^ +Dload .*"
)
"""curl's progress, which shares lines with -v when both go to a terminal."""
STATUS = re.compile(r"^(?:< |  )?HTTP/(?:[\d.]+) (?P<status>\d{3})")
HEADER = re.compile(r"^(?:< |  )?(?P<name>[A-Za-z][\w-]*): ?(?P<value>.*)$")
SENT = re.compile(r"^> ?(?:(?P<method>[A-Z]+) (?P<path>\S+) HTTP/|(?P<name>[\w-]+): (?P<value>.*))")
CONNECTED = re.compile(r"^\* +Connected to (?P<host>\S+) \((?P<ip>[^)]*)\) port (?P<port>\d+)|"
                       r"^\* +Host (?P<named>\S+):(?P<at>\d+) was resolved")  # fmt: skip
SSL_LINE = re.compile(r"^\* +(?:SSL|TLS|ALPN|Server certificate)")
FAILED = re.compile(r"^curl: \(\d+\) (?P<words>.*)|^wget: (?P<wget>.*)|"
                    r"(?P<connect>^Connecting to \S+.*\.\.\. failed: .*)|"
                    r"^(?P<ssl>OpenSSL: error:.*|ERROR: cannot verify.*|ERROR: The certificate.*)")  # fmt: skip
NOT_FOUND = re.compile(r"server returned error: HTTP/[\d.]+ (\d{3})|^(?:HTTP request sent, awaiting response\.\.\.|"
                       r"ERROR) (\d{3})\b|"
                       r"The requested URL returned error: (\d{3})")  # fmt: skip
CERTIFICATE = re.compile(r"^\* +(?P<what>subject|start date|expire date|issuer|subjectAltName): +(?P<value>.*)$")
WGET_URL = re.compile(r"^--\d{4}-\d\d-\d\d [\d:]+--\s+(\S+)|^Connecting to \S+ \(\S+\)")
CUT = re.compile(r"^\* +(?:connect to \S+ port \d+ (?:from .* )?failed: (?P<connect>.*)|"
                 r"SSL certificate problem: (?P<bad>.*)|"
                 r"(?P<hung>TLSv?[\d.]* \(OUT\), TLS handshake, Client hello.*))")  # fmt: skip
"""Where a transcript may end that was cut before curl's own last line."""
TOOK = re.compile(r"^real\s+(?P<minutes>\d+)m(?P<seconds>\d+(?:\.\d+)?)s$|^(?:user|sys)\s+\d+m[\d.]+s$")
"""The shell's `time`."""
CHALLENGE = re.compile(r"<title>\s*(?:Just a moment\.\.\.|Attention Required! \| Cloudflare)\s*</title>", re.IGNORECASE)
"""Cloudflare's pages of proof, which come with 403 and name it nowhere."""
BARE = re.compile(r"^\s*(?:HTTP[ /]?(?:code)?[ :=]*)?([1-5]\d\d)(?:[ ,;]+(?:time[=: ]*)?([\d.]+)s?)?\s*$")


@dataclass(slots=True)
class _Request:
    """The request being read; one command makes several after redirects."""

    url: str = ""
    method: str = "GET"
    upgrade: bool = False
    proto: str = ""
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)
    error: str = ""
    at: int = 0
    text: str = ""
    in_headers: bool = False
    scheme: str = ""
    peer: str = ""
    address: str = ""
    elapsed: float | None = None
    certificate: dict[str, str] = field(default_factory=dict)
    cut: tuple[int, str, str] = (0, "", "")
    """Line, text and trouble where the transcript may have been cut."""


def read(file: TextFile, command: Command | None = None) -> Seen:
    lines = file.text.splitlines()
    if command is None:
        command = typed(lines)
    exchanges, certificates = [], []
    for request in _requests(lines, command):
        if request.status is not None or request.error:
            exchanges.append(_exchange(file, request, command))
        if request.certificate:
            certificates.append(_certificate(file, request))
    return Seen(exchanges=tuple(exchanges), certificates=tuple(certificates))


def _begin(command: Command | None) -> _Request:
    fresh = _Request()
    if command is None:
        return fresh
    fresh.url = url_of(command)
    fresh.address = command.value("--resolve").rpartition(":")[2]
    fresh.method = command.value("-X", "--request") or (
        "HEAD" if has_flag(command, "I", "--head", "--spider") else "GET"
    )
    for word, following in zip(command.words, (*command.words[1:], ""), strict=False):
        if word in ("-H", "--header") or word.startswith(("-H", "--header=")):
            _sent(fresh, following if word in ("-H", "--header") else word.partition("H")[2] or word.partition("=")[2])
    return fresh


def _sent(request: _Request, header: str) -> None:
    name, _, value = header.partition(":")
    name, value = name.strip().lower(), value.strip()
    if name == "upgrade" and value.lower() == "websocket":
        request.upgrade = True
    if name == "x-forwarded-proto":
        request.proto = value


def _requests(lines: list[str], command: Command | None) -> Iterator[_Request]:
    current = _begin(command)
    for number, raw in enumerate(lines, start=1):
        line = METER.sub("", plain(raw)).rstrip()
        status = STATUS.match(line)
        if status:
            if current.status is not None and current.status != 100:
                yield current
                current = _after(current, command)
            current.status, current.at, current.text = int(status["status"]), number, line.removeprefix("< ").strip()
            current.in_headers = True
        elif not _response(current, line, number) and _other(current, line, number, command):
            yield current
            current = _begin(None)
    if current.status is None and not current.error and current.cut[0]:
        current.at, current.text, current.error = current.cut
    if current.status is not None or current.error or current.certificate:
        yield current
    elif command is not None and (found := _bare(lines, command)):
        yield found


def _response(current: _Request, line: str, number: int) -> bool:
    """Whether the line belongs to an answer's headers or body."""
    if current.in_headers:
        header = HEADER.match(line)
        if header and not line.startswith(("* ", "> ")):
            current.headers[header["name"].lower()] = redact(header["value"].strip())
            return True
        if line in ("", "<", "< "):
            current.in_headers = False
            return True
        current.in_headers = False
    return False


def _other(current: _Request, line: str, number: int, command: Command | None) -> bool:
    """Reads a line that is no header of the answer. True when the request is over."""
    if cut := CUT.match(line):
        words = cut["connect"] or cut["bad"] or "timed out"
        current.cut = (number, line.strip(), trouble(words))
    elif line.startswith("* ") and current.cut[2] == "timeout":
        current.cut = (0, "", "")
    failed = FAILED.search(line)
    answered = NOT_FOUND.search(line)
    if answered and current.status is None:
        current.status = int(next(group for group in answered.groups() if group))
        current.at, current.text = number, line.strip()
        return bool(failed)
    if failed:
        words = next(group for group in failed.groups() if group)
        current.error = trouble(words)
        current.at, current.text = (current.at, current.text) if current.status else (number, line.strip())
        current.url = current.url or _named(words)
        return True
    if sent := SENT.match(line):
        if sent["method"]:
            current.method, current.peer = sent["method"], current.peer
            current.body.append("")
            current.url = current.url or f"{sent['path']}"
        elif sent["name"].lower() == "host" and current.url.startswith("/"):
            current.url = f"{current.scheme or 'http'}://{sent['value'].strip()}{current.url}"
        else:
            _sent(current, f"{sent['name']}: {sent['value']}")
    elif connected := CONNECTED.match(line):
        port = connected["port"] or connected["at"]
        current.peer = f"{connected['host'] or connected['named']}:{port}"
        current.address = connected["ip"] or current.address
        current.scheme = current.scheme or ("https" if port == "443" else "")
    elif part := CERTIFICATE.match(line):
        current.certificate[part["what"]] = part["value"]
    elif SSL_LINE.match(line):
        current.scheme = "https"
    elif url := WGET_URL.match(line):
        current.url = url.group(1) or current.url
    elif took := TOOK.match(line):
        if took["minutes"]:
            current.elapsed = int(took["minutes"]) * 60 + float(took["seconds"])
    elif not line.startswith(("* ", "> ", "{ [", "} [")) and current.status is not None:
        current.body.append(line)
    return False


def _after(current: _Request, command: Command | None) -> _Request:
    """The next request of the same command: where the redirect leads."""
    following = _begin(command)
    location = current.headers.get("location", "")
    if 300 <= (current.status or 0) < 400 and location:
        following.url = location if "://" in location else current.url.rstrip("/") + location
    following.scheme = current.scheme
    return following


def _bare(lines: list[str], command: Command) -> _Request | None:
    """`-w '%{http_code}'`, or nothing but a body."""
    text = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    text = [one for one in text if not one[1].startswith("# ")] or text  # what people note between commands
    if not text:
        return None
    request = _begin(command)
    code = BARE.match(text[-1][1])
    if code and command.value("-w", "--write-out"):
        request.status, request.at, request.text = int(code.group(1)), text[-1][0], text[-1][1].strip()
        request.elapsed = float(code.group(2)) if code.group(2) else None
        text = text[:-1]
    elif request.url and command.program in ("curl", "wget"):
        request.at, request.text = text[0][0], text[0][1].strip()
        request.status = 200 if has_flag(command, "f", "--fail") else _by_body(text[0][1])
    request.body = [line for _, line in text]
    return request if request.status is not None else None


def _by_body(first: str) -> int | None:
    """A proxy's own error page and OpenClaw's JSON name their status."""
    page = re.search(r"<(?:title|h1)>\s*([45]\d\d) |^\s*<html>\s*<head><title>([345]\d\d) ", first)
    if page:
        return int(page.group(1) or page.group(2))
    if "proxy_attribution_required" in first or CHALLENGE.search(first):
        return 403
    if re.search(r'"ok": ?true,"status": ?"(?:live|started)"', first):
        return 200
    return None


def _named(words: str) -> str:
    found = re.search(r"to (?P<host>\S+) port (?P<port>\d+)|host: (?P<name>\S+)", words)
    if not found:
        return ""
    if found["name"]:
        return f"http://{found['name']}"
    return f"{'https' if found['port'] == '443' else 'http'}://{found['host']}:{found['port']}"


def _exchange(file: TextFile, request: _Request, command: Command | None) -> Exchange:
    url = (
        request.url if not request.url.startswith("/") else f"{request.scheme or 'http'}://{request.peer}{request.url}"
    )
    if not url and request.peer:
        url = f"{request.scheme or 'http'}://{request.peer}"
    body = redact("\n".join(request.body).strip())[:BODY]
    container = command.container if command else ""
    return Exchange(
        url=redact(url),
        at=Place(file.shown, request.at or None, request.text),
        vantage=vantage(url, inside=bool(container)),
        method=request.method,
        status=request.status,
        headers=request.headers,
        body=body,
        error=request.error,
        upgrade=request.upgrade or "sec-websocket-accept" in request.headers,
        elapsed=request.elapsed,
        forwarded_proto=request.proto,
        container=container,
        address=request.address,
    )


def _certificate(file: TextFile, request: _Request) -> SeenCertificate:
    """curl -v shows the leaf's names only as far as they matched."""
    seen = request.certificate
    subject, issuer = _common(seen.get("subject", "")), _common(seen.get("issuer", ""))
    matched = re.search(r'host "[^"]+" matched cert\'s "([^"]+)"', seen.get("subjectAltName", ""))
    asked = re.match(r"(?:\w+://)?(\[[^\]]+\]|[^:/]+)", request.url)
    return SeenCertificate(
        at=Place(file.shown, request.at or None, seen.get("expire date", seen.get("subject", ""))),
        served=True,
        subject=subject,
        issuer=issuer,
        names=(matched.group(1).lower(),) if matched else (),
        not_before=of_words(seen.get("start date", "")),
        not_after=of_words(seen.get("expire date", "")),
        chain=0,
        self_signed=bool(subject) and seen.get("subject") == seen.get("issuer"),
        server_name=asked.group(1) if asked else "",
    )


def _common(name: str) -> str:
    found = re.search(r"CN ?= ?([^;,/]+)", name)
    return found.group(1).strip() if found else name
