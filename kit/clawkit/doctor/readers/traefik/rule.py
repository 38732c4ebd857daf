"""A router's rule: the names and the path that it asks for."""

from __future__ import annotations

import re

from clawkit.doctor.model.place import Value
from clawkit.doctor.model.route import Match, MatchKind

_CALL = re.compile(r"(!?)\s*(\w+)\s*\(([^()]*)\)")
_WORD = re.compile(r"`([^`]*)`|\"([^\"]*)\"|'([^']*)'")
_UNQUOTED = re.compile(r"\b(?:Host|HostRegexp|Path|PathPrefix)\(\s*(?!\\?[`\"$])")
_ONE = ("host", "hostregexp", "path", "pathprefix", "method", "clientip")
_NAMES = ("host", "hosts", "hostheader")


def hosts(rule: Value[str] | None) -> tuple[Value[str], ...]:
    """Names of Host(`a`) || Host(`b`), Host(`a`, `b`); a pattern of HostRegexp with ~ before it. Empty: every name."""
    found: list[Value[str]] = []
    for negated, call, words in _calls(rule):
        if negated or rule is None:
            continue
        if call in _NAMES:
            found += [Value(word, rule.at) for word in words]
        elif call == "hostregexp":
            found += [Value(f"~{word}", rule.at) for word in words]
    return tuple(found)


def match(rule: Value[str] | None) -> Match:
    """The first path condition; everything that is neither name nor path in `also`."""
    kind, path = MatchKind.PREFIX, "/"
    also: list[str] = []
    for negated, call, words in _calls(rule):
        if call in (*_NAMES, "hostregexp") and not negated:
            continue
        if call in ("pathprefix", "path", "pathregexp") and not negated and words and path == "/":
            kinds = {"pathprefix": MatchKind.PREFIX, "path": MatchKind.EXACT, "pathregexp": MatchKind.REGEX}
            kind, path = kinds[call], words[0]
        else:
            also.append(f"{negated}{call} {' '.join(words)}".strip())
    return Match(kind, path, " ".join(also))


def refused(rule: Value[str] | None) -> bool:
    """Host(claw.example) and Host('claw.example'): only backticks and double quotes make a text."""
    return rule is not None and _UNQUOTED.search(rule.value) is not None


def of_the_second(rule: Value[str] | None) -> str:
    """Host(`a`, `b`): the third series takes one name for each call, and refuses the whole rule."""
    return next((call for _, call, words in _calls(rule) if call in _ONE and len(words) > 1), "")


def _calls(rule: Value[str] | None) -> list[tuple[str, str, list[str]]]:
    if rule is None:
        return []
    calls = _CALL.findall(rule.value)
    return [(no, name.lower(), [a or b or c for a, b, c in _WORD.findall(inner)]) for no, name, inner in calls]
