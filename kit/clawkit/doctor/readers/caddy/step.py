"""The directives of one block in the order in which they run, each with the matcher it stands behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key

from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.matcher import Terms, defined, inline
from clawkit.doctor.readers.caddy.reading import Reading
from clawkit.doctor.readers.caddy.token import Refused
from clawkit.doctor.readers.caddy.vocabulary import (
    DIRECTIVES,
    PLUGIN_DIRECTIVES,
    VERSION_ONE,
    missing_in,
)

WITHOUT_MATCHER = ("bind", "tls", "log", "handle_errors", "import")
ONE_ONLY = ("rewrite", "root")
"""Only the first that matches runs."""
Defined = Mapping[str, Terms]
_NESTED = " - are you sure your Caddyfile structure (nesting and braces) is correct?"


@dataclass(frozen=True, slots=True)
class Step:
    directive: Directive
    terms: Terms
    known: Defined
    """Named matchers in scope here."""


def steps(
    content: Sequence[Directive], known: Defined, reading: Reading, *, as_written: bool, inside: str = ""
) -> list[Step]:
    names = dict(known)
    for line in content:
        if line.name.startswith("@"):
            if any(line.name == other.name and line.token is not other.token for other in _before(content, line)):
                reading.refuse(f"matcher is defined more than once: {line.name}", line.token)
            names[line.name] = defined(line, reading.refused)
    found = [step for line in content for step in _step(line, names, reading, inside)]
    return found if as_written else _sorted(found, reading.order)


def _before(content: Sequence[Directive], line: Directive) -> Iterator[Directive]:
    for other in content:
        if other is line:
            return
        yield other


def _step(line: Directive, names: Defined, reading: Reading, inside: str) -> Iterator[Step]:
    if line.name.startswith("@") or line.name in WITHOUT_MATCHER:
        return
    if not _known(line, reading, inside):
        return
    terms: Terms | None = None
    if line.args:
        try:
            terms = inline(line.args[0], names)
        except Refused as refused:
            words = f"parsing caddyfile tokens for '{line.name}': {refused.message}"
            reading.refused.append(Refused(words, refused.token, refused.kind))
            # nobody knows which requests it was meant for
            return
    if terms is not None:
        line = replace(line, args=line.args[1:])
    yield Step(line, terms or (), names)


def _known(line: Directive, reading: Reading, inside: str) -> bool:
    name = line.name
    if name in DIRECTIVES:
        if reading.version and missing_in(reading.version, name, "directive"):
            reading.refuse(f"unrecognized directive: {name}", line.token, "version")
        return True
    if name in PLUGIN_DIRECTIVES:
        reading.needs(PLUGIN_DIRECTIVES[name], line.token)
        return True
    kind = "caddy-v1" if name in VERSION_ONE else "unknown-directive"
    words = f"unrecognized directive: {name}"
    if inside:
        words = f"parsing caddyfile tokens for '{inside}': {words}{_NESTED}"
    reading.refuse(words, line.token, kind)
    return False


def _sorted(found: list[Step], order: Sequence[str]) -> list[Step]:
    rank = {name: index for index, name in enumerate(order)}
    rank["handle_path"] = rank["handle"]

    def place_of(step: Step) -> int:
        return rank.get(step.directive.name, len(rank))

    def compare(one: Step, two: Step) -> int:
        if place_of(one) != place_of(two):
            return place_of(one) - place_of(two)
        return _by_path(one, two)

    return sorted(found, key=cmp_to_key(compare))


def _by_path(one: Step, two: Step) -> int:
    """sortRoutes of httpcaddyfile/directives.go: the longer single path first, any matcher before none."""
    first, second = _single_path(one.terms), _single_path(two.terms)
    if first and second:
        bare_one, bare_two = first.removesuffix("*"), second.removesuffix("*")
        if bare_one == bare_two:
            return len(first) - len(second)
        if len(bare_one) == len(bare_two):
            return -1 if bare_one < bare_two else 1
        return len(bare_two) - len(bare_one)
    return bool(two.terms) - bool(one.terms)


def _single_path(terms: Terms) -> str:
    paths = [term.args for term in terms if term.name == "path"]
    return paths[0][0] if len(paths) == 1 and len(paths[0]) == 1 else ""
