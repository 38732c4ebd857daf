"""A cause: what can be wrong between a browser and OpenClaw, and how the model shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clawkit.doctor.finding import Finding, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup


@dataclass(frozen=True, slots=True)
class Cause:
    """`slug` names the fault, not the test: it is the module's name with dashes, the JSON id, and the page's name."""

    slug: str
    title: str
    """A few words that finish the sentence "the doctor looked whether …": the healthy state is not named."""
    layer: Layer
    hop: Hop
    """Where the path from the client to the model breaks."""
    symptoms: tuple[Symptom, ...]
    looks_at: frozenset[Part]
    """Without any of these parts there is nothing to judge, and the cause is skipped with that reason."""
    judge: Callable[[Setup], Finding | None]
    """Pure: looks at nothing but the model."""
    explains: frozenset[str] = frozenset()
    """Later causes that are only this one's consequence: they are not listed beside it."""


def looks_at(*parts: Part) -> frozenset[Part]:
    return frozenset(parts)
