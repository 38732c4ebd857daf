"""The key of the model's provider: the user's file, and its copy for the container."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from clawkit.errors import SettingsError
from clawkit.files import give, write_atomic
from clawkit.settings.secret import Secret

COPIES = "secrets/*model-key"
"""In the rendered folder: the deployment's, and those of gateways that have a model for themselves."""

NONE = "none-needed"
"""For a server that wants no key: OpenClaw asks nothing of a provider without one."""

SHAPE = re.compile(r"[\x21-\x7e]{1,4096}")


def load(path: Path) -> Secret:
    """The key in the user's file; raises SettingsError, without showing what is in the file."""
    try:
        return checked(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SettingsError(f"model_key_file: cannot read {path}: {told}", fix=f"ls -l {path}") from error


def checked(text: str, source: str) -> Secret:
    key = text.strip()
    if not SHAPE.fullmatch(key):
        what = "is empty" if not key else "holds more than one key: it must be one line without blanks"
        raise SettingsError(f"{source} {what}", fix="put the key of the model's provider into it, and nothing else")
    return Secret(key)


def lend(folder: Path, wanted: Mapping[str, Path | None], uid: int) -> tuple[str, ...]:
    """The copies that are mounted, each of the user's file; returns those that are others than before. Without a model
    one goes."""
    for copy in folder.glob(COPIES):
        if str(copy.relative_to(folder)) not in wanted:
            copy.unlink()
    return tuple(name for name, source in wanted.items() if _lend(folder / name, source, uid))


def _lend(copy: Path, source: Path | None, uid: int) -> bool:
    """True when it was another before."""
    text = (load(source) if source else Secret(NONE)).reveal() + "\n"
    before = copy.read_text(encoding="utf-8") if copy.exists() else None
    if before is None:
        write_atomic(copy, text, mode=0o600)
    elif before != text:
        copy.write_text(text, encoding="utf-8")  # in place: Compose mounts the file itself
    give(copy, uid)
    return before not in (None, text)
