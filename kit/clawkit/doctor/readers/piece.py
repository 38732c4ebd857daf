"""The given files taken apart: one piece for each file, or for each block of a pasted session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.host import Host, Unit
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers import logs, recorded
from clawkit.doctor.readers.kinds import FileKind, kind_of
from clawkit.doctor.readers.logs.kernel import dropped
from clawkit.doctor.readers.logs.speaker import JOURNAL
from clawkit.doctor.readers.openclaw.fragment import whole
from clawkit.doctor.readers.recorded import Seen, console, curl, gateway_cli
from clawkit.doctor.readers.recorded.command import Command
from clawkit.doctor.readers.recorded.session import blocks
from clawkit.doctor.readers.text import TextFile

LOGS = frozenset(
    (FileKind.NGINX_LOG, FileKind.ACCESS_LOG, FileKind.CADDY_LOG, FileKind.GATEWAY_LOG, FileKind.ACME_LOG,
     FileKind.KERNEL_LOG, FileKind.PROXY_LOG, FileKind.DOCKER_LOG, FileKind.CONSOLE, FileKind.CURL,
     FileKind.WEBSOCKET, FileKind.SESSION)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    file: TextFile
    kind: FileKind
    command: Command | None = None
    pasted: bool = False
    """A part of a larger text: prose and unknown output in it are no files that could not be read."""


def pieces(files: Sequence[TextFile]) -> Iterator[Piece]:
    for file in files:
        kind = kind_of(file)
        if kind is not FileKind.SESSION:
            yield Piece(file, kind)
            continue
        for block in blocks(file):
            found = kind_of(block.file) if not block.prose else FileKind.SESSION
            if block.prose and block.file.path.stem != f"{file.path.stem}-0" and kind_of(block.file) in SURE:
                found = kind_of(block.file)
            if block.shell and block.command is None and found in (FileKind.NGINX, FileKind.CADDYFILE):
                found = FileKind.SESSION
            if block.command is not None:
                found = recorded.kind_by(block.command, found)
                found = FileKind.SESSION if found is FileKind.UNKNOWN else found  # line by line, as prose is
            pasted = whole(block.file) if found is FileKind.OPENCLAW else block.file
            yield Piece(pasted, found, block.command, pasted=True)


def of_kinds(found: Sequence[Piece], *kinds: FileKind) -> list[TextFile]:
    return [piece.file for piece in found if piece.kind in kinds]


SURE = frozenset(
    (FileKind.NGINX, FileKind.CADDYFILE, FileKind.COMPOSE, FileKind.OPENCLAW, FileKind.PEM, FileKind.INSPECT)
)
"""What stands under a heading with its name and without a fence."""


def seen(piece: Piece) -> Seen:
    """Logs and recorded output; nothing for a configuration."""
    parts: list[Seen] = []
    if piece.kind in recorded.RECORDED:
        parts.append(recorded.read(piece.file, piece.kind, piece.command))
    if piece.kind in LOGS:
        parts.append(_logged(piece))
        if piece.kind in (FileKind.GATEWAY_LOG, FileKind.SESSION):
            parts.append(gateway_cli.read(piece.file, piece.command))
    elif piece.kind is FileKind.UNIT_STATUS:
        parts.append(_logged(replace(piece, file=_journal(piece.file))))
    return recorded.together(parts)


def _logged(piece: Piece) -> Seen:
    """A log that somebody cut together holds what clients said too; prose counts where a line has a log's form."""
    lines, failures = logs.read(piece.file, piece.kind)
    if piece.kind is FileKind.SESSION:
        lines = tuple(line for line in lines if _formed(line.speaker, line.text))
        kept = {line.at for line in lines}
        failures = tuple(failure for failure in failures if failure.at in kept)
    exchanges = []
    mixed = piece.kind not in (FileKind.CONSOLE, FileKind.WEBSOCKET, FileKind.GATEWAY_LOG)
    for line in lines if mixed else ():
        if line.speaker is Speaker.CLIENT and (piece.command is None or piece.kind is not FileKind.CURL):
            found = console.of_line(line.text, line.at.source, line.at.line or 0)
            exchanges += [found] if found else []
            if found is None and piece.kind is not FileKind.CURL:
                one = "\n" * ((line.at.line or 1) - 1) + line.text
                exchanges += curl.read(TextFile(piece.file.path, piece.file.shown, one)).exchanges
    packets = tuple(packet for line in lines if (packet := dropped(line)) is not None)
    return Seen(logs=lines, failures=failures, exchanges=tuple(exchanges), host=Host(dropped=packets))


def _journal(file: TextFile) -> TextFile:
    """The last lines of the unit's log, which `systemctl status` prints below its state; the rest left blank."""
    return replace(file, text="\n".join(line if JOURNAL.match(line) else "" for line in file.text.splitlines()))


def _formed(speaker: Speaker, text: str) -> bool:
    if speaker is Speaker.GATEWAY:
        return text.lstrip("> `-*").startswith(("[", "20"))
    return speaker is not Speaker.UNKNOWN


def units(found: Sequence[Piece], files: Sequence[TextFile]) -> Host:
    from clawkit.doctor.readers import systemd

    made: list[Unit] = []
    for piece in found:
        if piece.kind in (FileKind.UNIT, FileKind.UNIT_STATUS):
            for part in systemd.parts(piece.file):
                blank = len(part.text) - len(part.text.lstrip("\n"))
                unit = systemd.read(replace(part, text=part.text.lstrip("\n")), files)
                made += [_named(_moved(unit, blank), piece)] if unit else []
    return Host(units=tuple(made))


def _named(unit: Unit, piece: Piece) -> Unit:
    """`systemctl show UNIT -p …` prints what was asked for, and the name only if that was."""
    command = piece.command
    if command is None or command.program != "systemctl" or unit.name != f"{piece.file.path.stem}.service":
        return unit
    asked = next((word for word in command.words if word not in ("show", "status") and not word.startswith("-")), "")
    scope = unit.user_scope or command.has("--user")
    return replace(unit, name=asked if "." in asked else f"{asked}.service", user_scope=scope) if asked else unit


def _moved(unit: Unit, by: int) -> Unit:
    """Back to the lines of the text that it was a block of."""

    def place(at: Place) -> Place:
        return replace(at, line=at.line + by) if at.line is not None else at

    if not by:
        return unit
    command = replace(unit.command, at=place(unit.command.at)) if unit.command else None
    return replace(unit, at=place(unit.at), command=command)
