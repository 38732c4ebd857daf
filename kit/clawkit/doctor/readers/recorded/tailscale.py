"""`tailscale serve status`, as text and as JSON, and the file behind TS_SERVE_CONFIG: what Tailscale hands on where."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clawkit.doctor.model.host import Host, Served
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.text import TextFile

NAME = re.compile(r"^(?P<name>https?://\S+?) \((?:tailnet only|Funnel on)")
HANDLER = re.compile(r"^\|-- (?P<path>/\S*)\s+proxy (?P<target>\S+)")
NOTHING = re.compile(r"^No serve config\b")
WEB = re.compile(r'^\s*(?:"Web"\s*:\s*\{\s*)?"(?P<name>[^"\s]+:\d+)"\s*:\s*\{')
PATH = re.compile(r'"(?P<path>/[^"]*)"\s*:\s*\{')
PROXY = re.compile(r'"Proxy"\s*:\s*"(?P<target>[^"]+)"')


def read(file: TextFile) -> Seen:
    lines = list(enumerate(file.text.splitlines(), start=1))
    nothing = next((Place(file.shown, n, line.strip()) for n, line in lines if NOTHING.match(line)), None)
    return Seen(host=Host(served=tuple(_served(file, lines)), serves_nothing=nothing))


def _served(file: TextFile, lines: list[tuple[int, str]]) -> Iterator[Served]:
    name, path = "", "/"
    for number, line in lines:
        at = Place(file.shown, number, line.strip())
        if named := (NAME.match(line) or WEB.match(line)):
            name = named["name"]
        if handler := HANDLER.match(line):
            yield Served(name, handler["path"], handler["target"], at)
        if below := PATH.search(line):
            path = below["path"]
        if proxied := PROXY.search(line):
            yield Served(name, path, proxied["target"], at)
