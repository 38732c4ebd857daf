"""What `header`, `header_up`, `header_down` and `request_header` do, as changes of headers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.place import SECRET_NAME, place
from clawkit.doctor.readers.caddy.placeholder import short
from clawkit.doctor.readers.caddy.token import Token


@dataclass(frozen=True, slots=True)
class Change:
    name: str
    """In lower case; a star at its end means every header that starts so."""
    text: str
    """Empty for one that is removed."""
    how: str
    """"" sets, "-" removes, "+" adds, "?" sets where it is missing, "~" replaces inside the value."""
    at: Place

    @property
    def value(self) -> Value[str]:
        return Value(self.text, self.at)


def change(args: tuple[Token, ...], name: Token | None = None) -> Change | None:
    """`[+|-|?|>]Field [value|find [replacement]]`."""
    words = tuple(arg.text for arg in args)
    if name is not None:
        words = (name.text, *words)
    if not words or not words[0].lstrip("+-?>"):
        return None
    field = words[0].lstrip(">").rstrip(":")
    how = field[0] if field[0] in "+-?" else "~" if len(words) > 2 else ""
    field = field.lstrip("+-?>").lower()
    at = place(name or args[0])
    if how == "-":
        return Change(field, "", how, at)
    text = short(" ".join(words[1:3]) if how == "~" else words[1] if len(words) > 1 else "")
    if SECRET_NAME.search(field) and text and not text.startswith("{"):
        text = "***"
    return Change(field, text, how, at)


def changes(directive: Directive) -> Iterator[Change]:
    """Of a `header` or `request_header` directive whose matcher has been taken off."""
    single = change(directive.args)
    if single is not None:
        yield single
    for line in directive.block:
        found = change(line.args, line.token)
        if found is not None and line.name not in ("defer", "match"):
            yield found
