"""What the site's own `map` and `vars` put into a placeholder, as far as the file says it."""

from __future__ import annotations

from collections.abc import Iterable

from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.placeholder import short
from clawkit.doctor.readers.caddy.token import Token


def variables(lines: Iterable[Directive], host: str) -> dict[str, tuple[Token, ...]]:
    """Every value that a placeholder may get; only that of `host` where a map asks for the name."""
    found: dict[str, tuple[Token, ...]] = {}
    for line in lines:
        args = line.args[1:] if line.words[:1] and line.words[0][:1] in "@*/" else line.args
        if line.name == "map" and len(args) > 1:
            for index, target in enumerate(args[1:]):
                found[short(target.text)] = _mapped(line, short(args[0].text), index, host)
        elif line.name == "vars" and len(args) == 2:
            found[f"{{vars.{args[0].text}}}"] = (args[1],)
    return {name: tokens for name, tokens in found.items() if tokens}


def _mapped(line: Directive, source: str, index: int, host: str) -> tuple[Token, ...]:
    rows = {row.name: row.args[index] for row in line.block if len(row.args) > index and row.words[index] != "-"}
    if source == "{host}" and host and "*" not in host and not any(name.startswith("~") for name in rows):
        chosen = rows.get(host) or rows.get("default")
        return (chosen,) if chosen else ()
    return tuple({token.text: token for token in rows.values()}.values())
