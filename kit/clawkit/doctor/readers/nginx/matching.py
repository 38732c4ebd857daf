"""Which requests a `location` or an `if` takes."""

from __future__ import annotations

import re

from clawkit.doctor.model.route import Match, MatchKind
from clawkit.doctor.readers.nginx.directive import Directive

MODIFIED = re.compile(r"(?P<modifier>=|\^~|~\*|~)?\s*(?P<path>.*)", re.DOTALL)
UPGRADE = re.compile(r"\$http_(?:upgrade|connection)\b", re.IGNORECASE)


def match(location: Directive, within: Match | None) -> Match:
    """nginx takes the modifier with or without a space before the path."""
    found = MODIFIED.fullmatch(" ".join(location.args))
    assert found is not None, "every part of the pattern may be empty"
    modifier, path = found["modifier"], found["path"]
    if path.startswith("@") and not modifier:
        return Match(MatchKind.NAMED, path)
    kind = {"=": MatchKind.EXACT, "~": MatchKind.REGEX, "~*": MatchKind.REGEX}.get(modifier or "", MatchKind.PREFIX)
    return Match(kind, path, preferred=modifier == "^~", ignore_case=modifier == "~*", within=within)


def condition(branch: Directive) -> str:
    """As written, without the parentheses."""
    text = branch.text
    inner = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    return inner.strip()


def websocket(test: str) -> bool | None:
    """Whether an `if` takes handshakes only (True), none of them (False), or asks something else."""
    if not UPGRADE.search(test):
        return None
    words = test.split(maxsplit=2)
    value = words[2].strip("\"'").lower() if len(words) == 3 else ""
    operator = words[1] if len(words) == 3 else ""
    named = len(words) == 1 or "websocket" in value or "upgrade" in value
    if operator.startswith("!"):
        return False if named else (True if not value else None)
    return True if named else (False if operator == "=" and not value else None)
