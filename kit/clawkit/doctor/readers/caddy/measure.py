"""Durations and sizes as Caddy writes them."""

from __future__ import annotations

import re

_PART = re.compile(r"([0-9]*\.?[0-9]+)(ns|us|µs|ms|s|m|h|d)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE = re.compile(r"([0-9.,]+)\s*([kmgtp]?)(i?)b?", re.IGNORECASE)
_POWER = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


def seconds(text: str) -> float | None:
    """Go's durations and days; a bare number counts nanoseconds, so that -1 stays what it is: "at once"."""
    sign, bare = (-1.0, text[1:]) if text.startswith("-") else (1.0, text)
    if bare.isdigit():
        return -1.0 if sign < 0 else int(bare) / 1e9
    parts = _PART.findall(bare)
    if not parts or "".join(number + unit for number, unit in parts) != bare:
        return None
    return sign * round(sum(float(number) * _SECONDS[unit] for number, unit in parts), 9)


def octets(text: str) -> int | None:
    """go-humanize: "10MB" is ten million, "10MiB" is 10 times 1048576."""
    if text == "unlimited":
        return -1
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return None
    base = 1024 if match.group(3) else 1000
    try:
        return int(float(match.group(1).replace(",", "")) * base ** _POWER[match.group(2).lower()])
    except ValueError:
        return None
