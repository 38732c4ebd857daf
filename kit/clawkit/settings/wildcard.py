"""Which names one wildcard certificate covers: `*` is one label and no more (RFC 6125, 6.4.3; RFC 9525, 6.3)."""

from __future__ import annotations

from collections.abc import Sequence


def names(zone: str) -> tuple[str, ...]:
    """What is ordered. The zone itself too: `*` never stands for no label at all."""
    return (zone, f"*.{zone}")


def covers(zone: str, wanted: Sequence[str]) -> bool:
    """True when these names, all of them, are the zone or one label in front of it."""
    return bool(zone) and all(zone in (name, name.partition(".")[2]) for name in wanted)
