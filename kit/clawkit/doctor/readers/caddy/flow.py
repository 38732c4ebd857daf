"""The way of a request through a site's directives in the order in which Caddy runs them, flattened to routes.

The first route that takes a request has it. Directives are sorted as Caddy sorts them, except inside `route`;
`handle` blocks exclude each other, and what one of them leaves unanswered goes on behind all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from clawkit.doctor.model.place import Value
from clawkit.doctor.model.route import Action, Route
from clawkit.doctor.readers.caddy.answer import TERMINAL, answer
from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.force import Force, after
from clawkit.doctor.readers.caddy.matcher import Term, Terms, for_host
from clawkit.doctor.readers.caddy.place import place, value
from clawkit.doctor.readers.caddy.reading import Reading
from clawkit.doctor.readers.caddy.scope import Scope
from clawkit.doctor.readers.caddy.step import Step, steps

EXCLUSIVE = ("handle", "handle_path")
NESTING = ("route", "invoke")
FORKING = ("uri", "rewrite", "basic_auth", "basicauth", "forward_auth", "request_body", "request_header")
"""Behind these, requests of their path are told apart from all others."""
MOST_FORKS = 3
"""Each doubles what follows."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Requests that have come as far as this."""

    scope: Scope
    force: Force
    forks: int = 0
    some: tuple[Step, ...] = ()
    """Directives for some of them, told apart by more than a path: in force where a route takes just these."""

    def entering(self, scope: Scope) -> Force:
        """What is in force for those of its requests that a route takes."""
        force = self.force
        for step in self.some:
            if scope.covered_by(step.terms):
                force = after(force, step.directive)
        return force


class Flow:
    def __init__(self, reading: Reading, host: str) -> None:
        self.reading = reading
        self.host = host
        self.routes: list[Route] = []
        self.taken: list[Scope] = []
        """By the routes so far: what is wholly taken gets no second route."""

    def run(self, content: Sequence[Directive], stream: Stream, known: Mapping[str, Terms]) -> None:
        self._pass(steps(content, known, self.reading, as_written=False), stream)

    def _pass(self, line: Sequence[Step], stream: Stream) -> tuple[Stream, bool]:
        """What goes on behind the line, and whether every request of the stream has found its answer."""
        for index, step in enumerate(line):
            terms = for_host(step.terms, self.host)
            if terms is None:
                continue
            step = replace(step, terms=terms)
            rest = line[index + 1 :]
            name = step.directive.name
            done = False
            if name in TERMINAL:
                stream, done = self._answered(step, stream)
            elif name in EXCLUSIVE:
                done = self._exclusive(step, stream, rest)
                if stream.scope.covered_by(step.terms):
                    # nothing is left that its other half could take
                    return stream, done
            elif name in NESTING:
                stream, done = self._nested(step, stream)
            else:
                stream = self._passed(step, stream, rest)
            if done and stream.scope.covered_by(step.terms):
                return stream, True
        return stream, False

    def _answered(self, step: Step, stream: Stream) -> tuple[Stream, bool]:
        covered = stream.scope.covered_by(step.terms)
        force = stream.force
        if step.directive.name == "php_fastcgi" and not step.terms:
            # only *.php is its own; the rest goes on to file_server
            covered = False
        for scope in [stream.scope] if covered else stream.scope.narrowed(step.terms):
            entered = stream.entering(scope).allowing(step.terms, step.directive, refused=False)
            found = answer(step.directive, scope.match(), entered, self.reading)
            if not any(scope.within(taken) for taken in self.taken):
                self.routes.append(found)
            if step.directive.name != "php_fastcgi":
                self.taken.append(scope)
        if not covered and step.directive.name in ("respond", "abort", "error"):
            force = force.allowing(step.terms, step.directive, refused=True)
        return replace(stream, force=force), covered

    def _passed(self, step: Step, stream: Stream, rest: Sequence[Step]) -> Stream:
        scope = stream.scope
        if step.directive.name == "uri" and step.directive.words[:1] == ("strip_prefix",):
            return self._without_prefix(step, stream, rest)
        force = after(stream.force, step.directive)
        if scope.covered_by(step.terms):
            return replace(stream, force=force)
        if _all_but_paths(step.terms):
            # the page itself is meant; what is excepted goes its own way
            excepted = [narrow for term in step.terms for narrow in scope.narrowed(term.inner)]
            if step.directive.name in FORKING and stream.forks < MOST_FORKS:
                for narrow in excepted:
                    self._pass(rest, replace(stream, scope=narrow, forks=stream.forks + 1))
                return replace(stream, force=force, forks=stream.forks + 1)
            return stream if scope in excepted else replace(stream, force=force)
        only_path = all(term.name == "path" for term in step.terms)
        if only_path and step.directive.name in FORKING and stream.forks < MOST_FORKS:
            for narrow in scope.narrowed(step.terms):
                self._pass(rest, replace(stream, scope=narrow, force=force, forks=stream.forks + 1))
            return replace(stream, forks=stream.forks + 1)
        note = f"{step.directive.name} ({' '.join(map(str, step.terms))})"
        noted = stream.force.noting(note, step.directive)
        return replace(stream, force=noted, some=(*stream.some, step))

    def _without_prefix(self, step: Step, stream: Stream, rest: Sequence[Step]) -> Stream:
        """Only requests that have the prefix lose it; matchers behind see what is left of their path."""
        prefix = (*step.directive.words, "")[1].rstrip("/")
        force = after(stream.force, step.directive)
        terms = (*step.terms, Term("path", (f"{prefix}*",)))
        narrowed = stream.scope.narrowed(terms)
        cut = [replace(scope, stripped=scope.stripped + prefix) for scope in narrowed]
        if len(cut) == 1 and narrowed[0] == stream.scope:
            return replace(stream, scope=cut[0], force=force)
        if stream.forks < MOST_FORKS:
            for scope in cut:
                self._pass(rest, replace(stream, scope=scope, force=force, forks=stream.forks + 1))
        return replace(stream, forks=stream.forks + 1)

    def _nested(self, step: Step, stream: Stream) -> tuple[Stream, bool]:
        """`route` and `invoke`: what they leave unanswered simply goes on."""
        covered = stream.scope.covered_by(step.terms)
        entered = stream.force.allowing(step.terms, step.directive, refused=False)
        inner = self._inside(step)
        done = True
        for scope in [stream.scope] if covered else stream.scope.narrowed(step.terms):
            behind, answered = self._pass(inner, replace(stream, scope=scope, force=entered))
            done &= answered
            if covered:
                stream = replace(behind, forks=stream.forks)
        return stream, covered and done

    def _exclusive(self, step: Step, stream: Stream, rest: Sequence[Step]) -> bool:
        """`handle`: what it leaves unanswered goes on behind all of its kind."""
        covered = stream.scope.covered_by(step.terms)
        entered = stream.force.allowing(step.terms, step.directive, refused=False)
        inner = self._inside(step)
        others = any(later.directive.name in EXCLUSIVE for later in rest)
        behind = [later for later in rest if later.directive.name not in EXCLUSIVE]
        done = True
        for scope in [stream.scope] if covered else stream.scope.narrowed(step.terms):
            inside = self._stripped(step, replace(stream, scope=scope, force=entered))
            left, answered = self._pass(inner, inside)
            if not answered:
                left, answered = self._pass(behind, left)
            if not answered and others and not covered:
                # nobody else gets it: Caddy answers 200 with nothing
                self.routes.append(Route(scope.match(), Action.NONE, place(step.directive.token)))
                self.taken.append(scope)
            done &= answered
        return done

    def _inside(self, step: Step) -> Sequence[Step]:
        directive = step.directive
        if directive.name == "invoke":
            named = self.reading.named_routes.get(directive.words[0] if directive.args else "")
            if named is None:
                words = f"cannot invoke named route '{' '.join(directive.words)}', which was not defined"
                self.reading.refuse(words, directive.token)
                return ()
            directive = named
        elif directive.args:
            last = directive.args[-1]
            words = f"wrong argument count or unexpected line ending after '{last.text}'"
            self.reading.refuse(f"parsing caddyfile tokens for '{directive.name}': {words}", last)
        as_written = directive.name == "route"
        return steps(directive.block, step.known, self.reading, as_written=as_written, inside=directive.name)

    def _stripped(self, step: Step, stream: Stream) -> Stream:
        if step.directive.name != "handle_path":
            return stream
        path = next((term.args[0] for term in step.terms if term.name == "path"), "")
        prefix = path.rstrip("*").rstrip("/")
        if not prefix:
            return stream
        strip: Value[str] = value(step.directive.token, prefix)
        scope = replace(stream.scope, stripped=stream.scope.stripped + prefix)
        return replace(stream, scope=scope, force=replace(stream.force, strip_prefix=strip))


def _all_but_paths(terms: Terms) -> bool:
    """Only some paths are excepted: the page itself is meant."""
    return bool(terms) and all(
        term.name == "not" and all(inner.name in ("path", "path_regexp") for inner in term.inner) for term in terms
    )
