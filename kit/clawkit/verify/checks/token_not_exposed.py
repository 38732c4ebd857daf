"""The token stands in its own file and nowhere else: no log, no argument, no inspect output, no other file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.verify.inside import LOG_LINES, Inside
from clawkit.verify.scene import Scene

OTHERS = 0o077
"""Any of these mode bits lets somebody else read a file (POSIX ACLs show in the group bits)."""

READER_BITS = 0o040
"""An ACL entry for the container's user shows as the group's read bit; the entry itself names that one user."""

LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Facts:
    places: tuple[str, ...]
    """Where the token was seen besides its own file."""
    looked: int
    """Places that were searched."""
    mode: int
    """Mode bits of the token's file."""


def gather(scene: Scene) -> Facts:
    inside, token = scene.engine_view(), scene.token.reveal()
    own = inside.folder / scene.gateway.token_file
    texts = [*_engine_texts(inside), *_file_texts(inside.folder, own)]
    holding = tuple(place for place, text in texts if token and token in text)
    return Facts(holding, len(texts), own.stat().st_mode & 0o777 if own.exists() else 0)


def _engine_texts(inside: Inside) -> Iterator[tuple[str, str]]:
    for name, service in inside.services().items():
        yield f"docker inspect of {name}", inside.inspection(service.container).document
        if service.running:
            yield f"arguments of {name}", inside.engine.arguments(service.container)
        yield f"log of {name}", inside.engine.logs(service.container, tail=LOG_LINES)


def _file_texts(folder: Path, own: Path) -> Sequence[tuple[str, str]]:
    files = [path for path in folder.rglob("*") if path.is_file() and path != own and "data" not in path.parts]
    small = [path for path in files if path.stat().st_size <= LARGEST]
    return [(str(path.relative_to(folder)), path.read_text(errors="replace")) for path in small]


def judge(facts: Facts) -> Verdict:
    if facts.places:
        return failed(f"the token stands in {', '.join(facts.places)}", "clawkit explain token-exposed",
                      places=len(facts.places))  # fmt: skip
    if facts.mode & OTHERS & ~READER_BITS:
        return failed(f"the token's file has mode {facts.mode:04o}, others can read it", "clawkit up",
                      mode=f"{facts.mode:04o}")  # fmt: skip
    return ok(f"in none of {facts.looked} logs, arguments, inspections and files; its own has mode {facts.mode:04o}",
              places=0, looked=facts.looked, mode=f"{facts.mode:04o}")  # fmt: skip


CHECK = Check("token-not-exposed", "the token is nowhere else", Group.SECURITY, gather, judge)
