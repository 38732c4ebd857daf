"""The maps of a configuration: tables from the value of one variable to that of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clawkit.doctor.model.names import found
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

    def given(self, key: str) -> str:
        """What a value of the source gives: exactly, by the longest name with a star, by the first expression, else the
        default."""
        plain = {bare(entry).lower(): value for entry, value in self.entries.items()}
        if key.lower() in plain and key.lower() not in ("default", *PARAMETERS):
            return bare(plain[key.lower()])
        ends = [entry for entry in plain if "hostnames" in plain and entry[:1] in ("*", ".") and _ends(key, entry)]
        if ends:
            return bare(plain[max(ends, key=len)])
        for entry, value in self.entries.items():
            if bare(entry).startswith("~") and found(bare(entry).lstrip("~*"), key, bare(entry).startswith("~*")):
                return bare(value)
        return bare(plain.get("default", ""))


def _ends(host: str, entry: str) -> bool:
    return host.lower().endswith(entry.lstrip("*")) or (entry[0] == "." and host.lower() == entry[1:])


def bare(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


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
