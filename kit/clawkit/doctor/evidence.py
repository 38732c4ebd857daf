"""How causes show what decided."""

from __future__ import annotations

from clawkit.doctor.finding import Evidence
from clawkit.doctor.model.place import Place, Value


def at(*places: Place) -> tuple[Evidence, ...]:
    """One piece of evidence for each place, each once, in order."""
    shown: dict[tuple[str, str], Evidence] = {}
    for place in places:
        piece = Evidence(str(place), place.text)
        shown.setdefault((piece.source, piece.text), piece)
    return tuple(shown.values())


def of(*values: Value[object]) -> tuple[Evidence, ...]:
    return at(*(value.at for value in values))
