"""Which requests get to a place in nested handle and route blocks, and how a route says so."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from clawkit.doctor.model.route import Match, MatchKind
from clawkit.doctor.readers.caddy.matcher import Term, Terms, websocket

EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Scope:
    path: str = EVERYTHING
    """Caddy's pattern for the path that the client asked for."""
    pattern: str | None = None
    """A path_regexp."""
    others: Terms = ()
    """Everything that is not a path."""
    stripped: str = ""
    """Prefix that handle_path or `uri strip_prefix` has taken off; inner matchers see what is left."""

    def narrowed(self, terms: Terms) -> tuple[Scope, ...]:
        """One scope for each alternative path; none where nothing can get here."""
        scopes: tuple[Scope, ...] = (self,)
        for term in terms:
            if term.name == "path":
                met = (scope._with_path(path) for scope in scopes for path in dict.fromkeys(term.args))
                scopes = tuple(dict.fromkeys(scope for scope in met if scope is not None))
            elif term.name == "path_regexp" and term.args:
                scopes = tuple(scope._with_pattern(term.args[-1]) for scope in scopes)
            else:
                scopes = tuple(replace(scope, others=(*scope.others, term)) for scope in scopes)
        return scopes

    def _with_path(self, path: str) -> Scope | None:
        if path == EVERYTHING:
            return self
        if self.stripped and path.startswith("/"):
            path = self.stripped + path
        met = meet(self.path, path)
        if met == "":
            return None
        if met is None:
            return replace(self, others=(*self.others, Term("path", (path,))))
        return replace(self, path=met)

    def _with_pattern(self, pattern: str) -> Scope:
        if self.pattern is None:
            return replace(self, pattern=pattern)
        return replace(self, others=(*self.others, Term("path_regexp", (pattern,))))

    def covered_by(self, terms: Terms) -> bool:
        """Every request here also meets these terms."""
        for term in terms:
            if term.name == "path":
                if self.pattern or not any(meet(self.path, self.stripped + path) == self.path for path in term.args):
                    return False
            elif term not in self.others:
                return False
        return True

    def within(self, outer: Scope) -> bool:
        """Nothing gets here that the other does not take."""
        if outer.pattern is not None or not set(outer.others) <= set(self.others):
            return False
        return meet(self.path, outer.path) == self.path

    @property
    def excludes(self) -> bool:
        """Besides the path, only paths are excluded: the rest of the site still goes this way."""
        return all(_is_not_path(term) for term in self.others)

    def match(self) -> Match:
        also = " ".join(str(term) for term in self.others)
        ws = websocket(self.others)
        if self.pattern is not None:
            note = also if self.path == EVERYTHING else f"path {self.path} {also}".strip()
            return Match(MatchKind.REGEX, self.pattern, note, websocket=ws)
        if self.path == EVERYTHING:
            return Match(MatchKind.PREFIX if self.excludes else MatchKind.OTHER, "/", also, websocket=ws)
        if "*" not in self.path:
            return Match(MatchKind.EXACT, self.path, also, websocket=ws)
        if self.path.endswith("*") and "*" not in self.path[:-1]:
            return Match(MatchKind.PREFIX, self.path[:-1], also, websocket=ws)
        return Match(MatchKind.REGEX, as_regex(self.path), f"path {self.path} {also}".strip(), websocket=ws)


def _is_not_path(term: Term) -> bool:
    return term.name == "not" and all(inner.name in ("path", "path_regexp") for inner in term.inner)


def as_regex(pattern: str) -> str:
    start = "" if pattern.startswith("*") else "^"
    end = "" if pattern.endswith("*") else "$"
    return start + ".*".join(re.escape(part) for part in pattern.strip("*").split("*")) + end


def meet(one: str, two: str) -> str | None:
    """The pattern of what both take; "" where that is nothing, None where no pattern says it."""
    if EVERYTHING in (one, two):
        return two if one == EVERYTHING else one
    if one.lower() == two.lower():
        return one
    for inner, outer in ((one, two), (two, one)):
        if outer.endswith("*") and "*" not in outer[:-1] and inner.lower().startswith(outer[:-1].lower()):
            return inner
    if _plain(one) and _plain(two):
        return ""
    return None


def _plain(pattern: str) -> bool:
    return "*" not in pattern[:-1]
