"""The user's files that getting certificates needs, copied: a container sees the rendered folder alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from clawkit.errors import SettingsError
from clawkit.files import give, write_atomic
from clawkit.stack import Stack

TARGETS = {"acme_eab": "secrets/acme-eab", "dns_rfc2136": "secrets/dns-rfc2136", "dns_hook": "acme/hook",
           "acme_ca": "acme/ca.pem"}  # fmt: skip
"""Setting that names a file of the user -> its copy in the rendered folder."""

MODES = {"acme_ca": 0o644, "dns_hook": 0o700}
"""A hook mostly holds the key of a DNS provider, so nobody but its container may read it; the rest are secrets."""

PLAN = Path("acme/plan.json")


def lend(folder: Path, stack: Stack, source: Callable[[str], Path | None]) -> None:
    """`source`: setting -> the file that it names."""
    present = {key: path for key in TARGETS if (path := source(key)) is not None}
    changed = [key for key, path in present.items() if _copied(folder / TARGETS[key], key, path, stack.owner)]
    if changed and (folder / PLAN).exists():
        # the acme container asks again when its plan was written, and a refusal of before counts no more
        os.utime(folder / PLAN)


def _copied(copy: Path, key: str, path: Path, owner: tuple[int, int]) -> bool:
    """True when the copy is another than before."""
    text, before = _text(key, path), copy.read_text(encoding="utf-8") if copy.exists() else None
    if text != before:
        _write(copy, text, MODES.get(key, 0o600), in_place=before is not None and key not in MODES)
    if key not in MODES:
        give(copy, owner[0])
    elif os.geteuid() == 0:
        os.chown(copy, *owner)
    return text != before


def _write(copy: Path, text: str, mode: int, *, in_place: bool) -> None:
    if in_place:
        # Compose mounts a secret as a file: one that is renamed into its place would never be seen
        copy.write_text(text, encoding="utf-8")
    else:
        write_atomic(copy, text, mode=mode)


def _text(key: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{key}: cannot read {path}: {error}", fix=f"ls -l {path}") from error
