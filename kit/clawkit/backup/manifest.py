"""What is in a backup: its members with checksums, and what it takes to run them again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from clawkit.errors import ClawkitError

SCHEMA = 1
NAME = "manifest.json"
CHECKSUM = "manifest.sha256"


class Damaged(ClawkitError):
    """A backup that cannot be relied upon; exit 1, because it was looked at and found bad."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file, a folder or a symbolic link; ownership as it was on the machine it comes from."""

    path: str
    kind: str
    """`file`, `dir` or `link`."""
    mode: int
    uid: int
    gid: int
    size: int = 0
    sha256: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    clawkit: str
    created: str
    """RFC 3339, UTC."""
    project: str
    domain: str
    proxy: str
    reason: str
    """`asked`, or what it was made before, such as `before-restore`."""
    owner: tuple[int, int]
    """uid and gid that the proxy ran as."""
    openclaw: str
    images: Mapping[str, Mapping[str, str]]
    """The lock's: what each role ran, with its digest."""
    states: Mapping[str, str]
    """Gateway name -> member with OpenClaw's own archive."""
    given: Mapping[str, Mapping[str, str]]
    """Setting that names a file -> `value` as it stands in the settings, and the `member` with its copy."""
    members: tuple[Member, ...]

    def text(self) -> str:
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1) + "\n"


def parse(text: str) -> Manifest:
    try:
        raw: dict[str, Any] = json.loads(text)
        schema = raw.pop("schema")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise Damaged(f"the backup's manifest cannot be read: {error}") from error
    if schema != SCHEMA:
        raise Damaged(f"the backup has format {schema}, and this clawkit reads format {SCHEMA}",
                      fix="restore it with the clawkit that made it, or a newer one")  # fmt: skip
    try:
        members = tuple(Member(**member) for member in raw.pop("members"))
        found = Manifest(**{**raw, "owner": tuple(raw["owner"]), "members": members})
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged(f"the backup's manifest cannot be read: {error}") from error
    for member in members:
        _refuse_escape(member)
    return found


def _refuse_escape(member: Member) -> None:
    """Whatever a manifest says, nothing is written outside the folder that is restored into."""
    path = PurePosixPath(member.path)
    inside = not path.is_absolute() and ".." not in path.parts and bool(path.parts)
    if inside and member.kind == "link":
        depth = len(path.parts) - 1
        target = PurePosixPath(member.target)
        inside = not target.is_absolute()
        for part in target.parts:
            depth += -1 if part == ".." else 1
            inside = inside and depth >= 1
    if not inside:
        raise Damaged(f"the backup holds {member.path!r}, which would lead out of the folder")
