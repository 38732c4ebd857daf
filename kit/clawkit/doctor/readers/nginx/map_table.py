"""The maps of a configuration: tables from the value of one variable to that of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clawkit.doctor.readers.lines import MASK, names_secret
from clawkit.doctor.readers.nginx.directive import Directive

PARAMETERS = ("hostnames", "volatile")


@dataclass(frozen=True, slots=True)
class MapTable:
    source: str
    entries: dict[str, str]

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for key, value in self.entries.items() if key not in PARAMETERS))

    def named(self, host: str) -> str:
        """What a host name of the site gives; the default where it is not listed."""
        return self.entries.get(host, self.entries.get("default", ""))


def tables(directives: Sequence[Directive]) -> dict[str, MapTable]:
    """By the variable that each makes, "$" included."""
    found = {}
    for each in directives:
        if each.name == "map" and len(each.args) == 2:
            source, name = each.args
            secret = names_secret(source)
            found[name.lower()] = MapTable(source, dict(_entry(inner, secret) for inner in each.inner))
    return found


def _entry(directive: Directive, secret: bool) -> tuple[str, str]:
    key = directive.name or "''"
    masked = secret and key not in ("''", "default", *PARAMETERS)
    return (MASK if masked else key), directive.text
