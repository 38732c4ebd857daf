"""Durations, sizes and command lines as Docker reads them."""

from __future__ import annotations

import re
import shlex

_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)i?b?\s*$", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


def seconds(text: str) -> float | None:
    """ "1m30s", "500ms"; None for what is none."""
    parts = _PART.findall(text.strip())
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        return 0.0 if text.strip() == "0" else None
    return float(sum(float(number) * _SECONDS[unit] for number, unit in parts))


def size(text: str) -> int | None:
    """Bytes of "512m", "2gb", "1.5G", "1073741824"."""
    match = _SIZE.match(text)
    if match is None:
        return None
    return int(float(match.group(1)) * 1024.0 ** _POWERS[match.group(2).lower()])


def whole(text: str) -> int | None:
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return None


def words(text: str) -> tuple[str, ...]:
    """Split as a shell would; where a quotation never ends, at the blanks."""
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return tuple(text.split())
