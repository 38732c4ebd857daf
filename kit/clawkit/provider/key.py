"""The key of the model's provider: the user's file, and its copy for the container."""

from __future__ import annotations

import re
from pathlib import Path

from clawkit.errors import SettingsError
from clawkit.files import give, write_atomic
from clawkit.model_entry import keyed
from clawkit.settings.model import Settings
from clawkit.settings.secret import Secret

COPY = Path("secrets/model-key")
"""In the rendered folder."""

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


def lend(folder: Path, settings: Settings, source: Path | None, uid: int) -> bool:
    """The copy that is mounted; True when it is another than before. Without a model it goes."""
    copy = folder / COPY
    if not keyed(settings):
        copy.unlink(missing_ok=True)
        return False
    text = (load(source) if source else Secret(NONE)).reveal() + "\n"
    before = copy.read_text(encoding="utf-8") if copy.exists() else None
    if before is None:
        write_atomic(copy, text, mode=0o600)
    elif before != text:
        copy.write_text(text, encoding="utf-8")  # in place: Compose mounts the file itself
    give(copy, uid)
    return before not in (None, text)
