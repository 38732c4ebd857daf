"""Labels of caddy-docker-proxy, written out as the Caddyfile that it makes of them and read as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.proxy import Proxy, Where
from clawkit.doctor.readers.caddy.block import Block, Parser
from clawkit.doctor.readers.caddy.caddyfile import proxy_of
from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.reading import Reading
from clawkit.doctor.readers.caddy.shelf import Shelf
from clawkit.doctor.readers.caddy.token import Token
from clawkit.doctor.readers.text import TextFile

RUNNER = re.compile(r"caddy-docker-proxy")
PREFIX_VARIABLE = "CADDY_DOCKER_LABEL_PREFIX"
PART = re.compile(r"^(?:(?P<order>\d+)_)?(?P<name>.+?)(?:_\d+)?$")
UPSTREAMS = re.compile(r"\{\{\s*upstreams(?P<words>[^}]*)\}\}")
UNORDERED = 1 << 30


@dataclass(slots=True)
class _Line:
    """A directive with the label that it comes from."""

    name: str
    order: int = UNORDERED
    value: Value[str] | None = None
    inner: dict[str, _Line] = field(default_factory=dict)

    def first(self) -> Value[str] | None:
        return self.value or next((found for one in self.inner.values() if (found := one.first())), None)


def labelled(projects: Sequence[Compose], files: Sequence[TextFile]) -> tuple[Proxy, ...]:
    """One proxy for all labels: what runs it takes the containers of every project of the engine."""
    services = [service for project in projects for service in project.services.values()]
    runner = next((one for one in services if one.image and RUNNER.search(one.image.value)), None)
    prefix = runner.environment.get(PREFIX_VARIABLE) if runner else None
    if runner is None:
        # panels write labels for either proxy, and only one of them runs
        services = [one for one in services if not any(name.lower().startswith("traefik.") for name in one.labels)]
    roots = [root for service in services for root in _roots(service, prefix.value if prefix else "caddy")]
    if not roots:
        return ()
    written = Text()
    for key, lines in sorted(_merged(roots).items(), key=lambda pair: (pair[0] != "", not pair[0].startswith("("))):
        written.block(key, lines)
    return tuple(reading_of(written, files, runner))


def _roots(service: Service, prefix: str) -> Iterator[_Line]:
    """caddy, caddy_0, caddy_1 …: one site, snippet or global block each."""
    roots: dict[str, _Line] = {}
    for label, value in service.labels.items():
        head, *rest = label.split(".")
        if not re.fullmatch(rf"{re.escape(prefix)}(?:_\d+)?", head):
            continue
        line = roots.setdefault(head, _Line(""))
        for part in rest:
            found = PART.match(part)
            name, order = (found["name"], found["order"]) if found else (part, None)
            line = line.inner.setdefault(part, _Line(name, int(order) if order else UNORDERED))
        line.value = replace(value, value=_upstreams(service, value.value))
    yield from roots.values()


def _upstreams(service: Service, text: str) -> str:
    """The container's address; its name says as much and is what a reader knows."""

    def address(found: re.Match[str]) -> str:
        words = [word.strip("\"'") for word in found["words"].split()]
        scheme = next((f"{word}://" for word in words if not word.isdigit()), "")
        port = next((f":{word}" for word in words if word.isdigit()), "")
        return f"{scheme}{service.name}{port}"

    return UPSTREAMS.sub(address, text)


def _merged(roots: Sequence[_Line]) -> dict[str, list[_Line]]:
    """Several containers may speak of one site."""
    found: dict[str, list[_Line]] = {}
    for root in roots:
        found.setdefault(root.value.value if root.value else "", []).append(root)
    return found


@dataclass(slots=True)
class Text:
    lines: list[str] = field(default_factory=list)
    origins: list[Value[str] | None] = field(default_factory=list)

    def block(self, key: str, roots: Sequence[_Line]) -> None:
        start = next((found for root in roots if (found := root.first())), None)
        self.put(f"{key} {{".lstrip(), start)
        told: set[str] = set()
        for root in roots:
            for line in _sorted(root.inner):
                shape = _shape(line)
                if shape not in told:
                    self._directive(line)
                told.add(shape)
        self.put("}", start)

    def _directive(self, line: _Line) -> None:
        at = line.first()
        text = f"{line.name} {line.value.value if line.value else ''}".rstrip()
        self.put(f"{text} {{" if line.inner else text, at)
        for inner in _sorted(line.inner):
            self._directive(inner)
        if line.inner:
            self.put("}", at)

    def put(self, text: str, at: Value[str] | None) -> None:
        for part in text.splitlines() or [""]:
            self.lines.append(part)
            self.origins.append(at)


def _sorted(lines: Mapping[str, _Line]) -> list[_Line]:
    return sorted(lines.values(), key=lambda line: line.order)


def _shape(line: _Line) -> str:
    return f"{line.name} {line.value.value if line.value else ''} {[_shape(inner) for inner in line.inner.values()]}"


def reading_of(written: Text, files: Sequence[TextFile], runner: Service | None) -> Iterator[Proxy]:
    origin = next((one for one in written.origins if one is not None), None)
    home = next((file for file in files if origin is not None and file.shown == origin.at.source), None)
    if home is None:
        return
    file = replace(home, text="\n".join(written.lines) + "\n")
    parser = Parser(file, Shelf([file]), {})
    parser.parse()
    moved = _Moved(written, {one.shown: one for one in files})
    for refused in parser.refused:
        refused.token = moved.token(refused.token) if refused.token else None
        refused.line = None  # of the text that was made, which nobody has
    reading = Reading(None, parser.refused)
    blocks = [Block([moved.token(key) for key in block.keys], block.braces, [moved.directive(line) for line in
              block.content]) for block in parser.blocks]  # fmt: skip
    made = proxy_of(blocks, reading, home, (home.shown,))
    where = Where.UNKNOWN if runner is None else Where.HOST if runner.host_network else Where.CONTAINER
    yield replace(made, where=where, service=runner.name if runner else None)


@dataclass(frozen=True, slots=True)
class _Moved:
    """Puts each word back to the label that it was written in."""

    written: Text
    files: Mapping[str, TextFile]

    def token(self, token: Token) -> Token:
        index = token.line - 1
        origin = self.written.origins[index] if 0 <= index < len(self.written.origins) else None
        file = self.files.get(origin.at.source) if origin is not None else None
        if origin is None or file is None:
            return token
        return replace(token, file=file, line=origin.at.line or 1)

    def directive(self, line: Directive) -> Directive:
        block = tuple(self.directive(inner) for inner in line.block)
        return Directive(self.token(line.token), tuple(self.token(arg) for arg in line.args), block)
