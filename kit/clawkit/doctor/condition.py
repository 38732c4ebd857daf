"""Whether nginx's `if (…)` is true for one request, as far as the request decides it."""

from __future__ import annotations

import re
from collections.abc import Mapping

PART = re.compile(r"^\$\{?(\w+)\}?(?:\s*(!~\*|!~|~\*|~|!=|=)\s*(.*))?$", re.DOTALL)


def true(condition: str, known: Mapping[str, str]) -> bool | None:
    """None: it asks for something that is not among `known` (variables without their sign)."""
    answers = [_one(part.strip(), known) for part in condition.split(" and ")]
    if False in answers:
        return False
    return None if None in answers else True


def _one(part: str, known: Mapping[str, str]) -> bool | None:
    bare = part[1:-1].strip() if part.startswith("(") and part.endswith(")") else part
    found = PART.match(bare)
    if found is None or found[1] not in known:
        return None
    value, operator, given = known[found[1]], found[2], (found[3] or "").strip().strip("\"'")
    if operator is None:
        return value not in ("", "0")
    if "$" in given.rstrip("$)") and "~" not in operator:
        return None
    if operator in ("=", "!="):
        return (value == given) == (operator == "=")
    return _matched(value, given, ignore_case="*" in operator, negated=operator.startswith("!"))


def _matched(value: str, pattern: str, *, ignore_case: bool, negated: bool) -> bool | None:
    try:
        found = re.search(pattern, value, re.IGNORECASE if ignore_case else 0) is not None
    except re.error:
        return None
    return found != negated
