"""What is gathered while one Caddyfile is read: refusals, modules, and what holds for all of its sites."""

from __future__ import annotations

from dataclasses import dataclass, field

from clawkit.doctor.model.place import Value
from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.place import value
from clawkit.doctor.readers.caddy.token import Refused, Token
from clawkit.doctor.readers.caddy.vocabulary import ORDER, Version, missing_in


@dataclass(slots=True)
class Reading:
    version: Version | None = None
    refused: list[Refused] = field(default_factory=list)
    modules: list[Value[str]] = field(default_factory=list)
    order: list[str] = field(default_factory=lambda: list(ORDER))
    named_routes: dict[str, Directive] = field(default_factory=dict)

    variables: dict[str, tuple[Token, ...]] = field(default_factory=dict)
    """What `map` and `vars` may make of a placeholder, e.g. "{backend}"."""
    inside: str = ""
    """The directive whose block is read: Caddy names it first."""

    def refuse(self, message: str, token: Token, kind: str = "syntax") -> None:
        head = f"parsing caddyfile tokens for '{self.inside}': " if self.inside else ""
        self.refused.append(Refused(head + message, token, kind))

    def needs(self, module: str, token: Token) -> None:
        self.modules.append(value(token, module))

    def check(self, line: Directive, known: frozenset[str], where: str) -> None:
        """Tells a subdirective that no version knows, or that this one does not."""
        if line.name.startswith("@"):
            return
        words = {
            "servers": f"unrecognized servers option '{line.name}'",
            "option": f"unrecognized global option: {line.name}",
        }.get(where, f"unrecognized subdirective {line.name}")
        if line.name not in known:
            kind = {"option": "unknown-option", "servers": "unknown-option"}.get(where, "unknown-subdirective")
            self.refuse(words, line.token, kind)
        elif self.version and missing_in(self.version, line.name, where):
            self.refuse(words, line.token, "version")
