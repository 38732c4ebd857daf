"""clawkit.yaml: read strictly, edited by line so that the user's comments stay."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clawkit.errors import SettingsError
from clawkit.files import write_atomic

NAME = "clawkit.yaml"
HEADER = "# clawkit settings; each key is also a flag (--key) and a variable (CLAWKIT_KEY). See `clawkit config`.\n"


def read(path: Path) -> dict[str, Any]:
    """The mapping in the file, empty when there is none; raises SettingsError naming line and column."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read {path}: {error}", fix=f"check its owner and mode: ls -l {path}") from error
    return parse(text, str(path))


def parse(text: str, source: str) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        values = yaml.load(text, Loader=loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date that does not exist
        mark = getattr(error, "problem_mark", None)
        at = f"{source}:{mark.line + 1}:{mark.column + 1}" if mark else source
        problem = getattr(error, "problem", None) or " ".join(str(error).split())
        raise SettingsError(f"{at}: not valid YAML: {problem}", fix=f"mend that line in {source}") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise SettingsError(f"{source}: expected `key: value` lines, found {type(values).__name__}",
                            fix="write one with `clawkit init`")  # fmt: skip
    return values


def keep(folder: Path, given: Mapping[str, Any]) -> bool:
    """Writes what was given by flag into clawkit.yaml; True when the file changed."""
    path = folder / NAME
    present = read(path)
    changes = {key: value for key, value in given.items() if key not in present or present[key] != value}
    if not changes and path.exists():
        return False
    before = path.read_text(encoding="utf-8") if path.exists() else HEADER
    after = edited(before, changes)
    if parse(after, NAME) != {**present, **given}:
        raise SettingsError(f"cannot change {', '.join(changes)} in {path} without touching other keys",
                            fix=f"set them there by hand: {changes}")  # fmt: skip
    write_atomic(path.resolve(), after, mode=stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644)
    return True


def edited(text: str, changes: Mapping[str, Any]) -> str:
    """The text with these top-level scalars set; a commented default such as `# key: x` is replaced in place."""
    for key, value in changes.items():
        line = f"{key}: {scalar(value)}"
        active = re.compile(rf"^{re.escape(key)}[ \t]*:.*?(?=[ \t]+#.*$|$)", re.MULTILINE)
        commented = re.compile(rf"^#[ ]?{re.escape(key)}:.*$", re.MULTILINE)
        for pattern in (active, commented):
            if pattern.search(text):
                text = pattern.sub(lambda _, line=line: line, text, count=1)  # type: ignore[misc]
                break
        else:
            text = text.rstrip("\n") + f"\n{line}\n" if text else f"{line}\n"
    return text


def scalar(value: Any) -> str:
    import yaml

    text: str = yaml.safe_dump(value, default_flow_style=True, width=1000)
    return text.removesuffix("...\n").strip()
