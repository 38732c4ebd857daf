"""Times and sizes as nginx writes them, and what it refuses (ngx_parse.c)."""

from __future__ import annotations

import re
from collections.abc import Mapping

SECONDS: Mapping[str, float] = {
    "ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2592000, "y": 31536000, "": 1,
}  # fmt: skip
TIME = re.compile(r"(?:\d+(?:ms|[smhdwMy])\s*)*(?:\d+)?")
PART = re.compile(r"(\d+)(ms|[smhdwMy]|)")
SIZE = re.compile(r"(\d+)([kKmMgG]?)")
BYTES: Mapping[str, int] = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def seconds(text: str) -> float | None:
    """None for what nginx would refuse. A number without a unit is seconds."""
    if not text or not TIME.fullmatch(text):
        return None
    return sum(int(number) * SECONDS[unit] for number, unit in PART.findall(text))


def size(text: str) -> int | None:
    found = SIZE.fullmatch(text)
    return int(found[1]) * BYTES[found[2].lower()] if found else None


def count(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
