"""A certificate with its key; apart from what makes one, because most readers need no cryptography."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate (chain) and its key, PEM."""

    certificate: str
    key: str
