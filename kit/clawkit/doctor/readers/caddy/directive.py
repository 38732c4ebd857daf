"""A line of a Caddyfile with the block behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clawkit.doctor.readers.caddy.token import Token


@dataclass(frozen=True, slots=True)
class Directive:
    token: Token
    """Its name."""
    args: tuple[Token, ...] = ()
    block: tuple[Directive, ...] = ()

    @property
    def name(self) -> str:
        return self.token.text

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(arg.text for arg in self.args)

    def all(self, *names: str) -> Iterator[Directive]:
        return (inner for inner in self.block if inner.name in names)

    def last(self, *names: str) -> Directive | None:
        return next((inner for inner in reversed(self.block) if inner.name in names), None)

    def written(self) -> str:
        return " ".join((self.name, *self.words))
