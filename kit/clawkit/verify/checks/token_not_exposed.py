"""Token and model key stand in their own files and nowhere else: no log, no argument, no inspect output, no file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.provider import key
from clawkit.verify.inside import LOG_LINES, Inside
from clawkit.verify.scene import Scene

OTHERS = 0o077
"""Any of these mode bits lets somebody else read a file (POSIX ACLs show in the group bits)."""

READER_BITS = 0o040
"""An ACL entry for the container's user shows as the group's read bit; the entry itself names that one user."""

AT_ONCE = 6
SHORTEST = 12
PROXY = "proxy"


@dataclass(frozen=True, slots=True)
class Facts:
    places: tuple[str, ...]
    """What was seen where, besides its own file."""
    looked: int
    """Places that were searched."""
    mode: int
    """Mode bits of the token's file."""


def gather(scene: Scene) -> Facts:
    inside, token = scene.engine_view(), scene.token.reveal()
    own = inside.folder / scene.ours.token_file
    texts = [*_engine_texts(inside, scene.ours.service),
             *_file_texts(inside, {own, *inside.folder.glob(key.COPIES)})]  # fmt: skip
    keys = (inside.folder / "secrets" / name for name in ("model-key", f"{scene.ours.name}.model-key"))
    secrets = [("the token", token), *(("the model's key", _model_key(copy)) for copy in keys)]
    holding = tuple(f"{what} in {place}" for what, secret in secrets if secret
                    for place, text in texts if secret in text)  # fmt: skip
    return Facts(holding, len(texts), own.stat().st_mode & 0o777 if own.exists() else 0)


def _model_key(copy: Path) -> str:
    """Empty where there is none, or one that is too short to be told from a word."""
    found = copy.read_text(errors="replace").strip() if copy.is_file() else ""
    return found if len(found) >= SHORTEST and found != key.NONE else ""


def _engine_texts(inside: Inside, own: str) -> Iterator[tuple[str, str]]:
    """Side by side: each is a call of docker. Where a token of its own would be logged is read for each gateway anew,
    after what the checks of the others have sent there; everything else once for all."""
    looks: dict[str, Callable[[], str]] = {}
    for name, service in inside.standing().items():
        looks[f"docker inspect of {name}"] = partial(_inspected, inside, name)
        if service.running:
            looks[f"arguments of {name}"] = partial(inside.arguments, service.container)
        fresh = partial(inside.engine.logs, service.container, tail=LOG_LINES)
        looks[f"log of {name}"] = fresh if service.base in (own, PROXY) else partial(inside.log, service.container)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from zip(looks, pool.map(lambda look: look(), looks.values()), strict=True)


def _inspected(inside: Inside, service: str) -> str:
    return inside.inspections()[service].document


def _file_texts(inside: Inside, own: Collection[Path]) -> Sequence[tuple[str, str]]:
    return [(str(path.relative_to(inside.folder)), inside.text(path)) for path in inside.files() if path not in own]


def judge(facts: Facts) -> Verdict:
    if facts.places:
        return failed(f"seen: {', '.join(facts.places)}", "clawkit explain token-exposed",
                      places=len(facts.places))  # fmt: skip
    if facts.mode & OTHERS & ~READER_BITS:
        return failed(f"the token's file has mode {facts.mode:04o}, others can read it", "clawkit up",
                      mode=f"{facts.mode:04o}")  # fmt: skip
    return ok(f"in none of {facts.looked} logs, arguments, inspections and files; its own has mode {facts.mode:04o}",
              places=0, looked=facts.looked, mode=f"{facts.mode:04o}")  # fmt: skip


CHECK = Check("token-not-exposed", "the token is nowhere else", Group.SECURITY, gather, judge)
