"""What `return`, `rewrite` and `if` answer, always or under a condition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clawkit.doctor.model.place import Value
from clawkit.doctor.model.route import Action, Redirect
from clawkit.doctor.readers.nginx.directive import Directive
from clawkit.doctor.readers.nginx.matching import condition

EVERYTHING = re.compile(r"\^?(?:/?\(?/?\.\*\)?)?\$?|\^/?\(\.\*\)\$?|\(\?<\w+>\.\*\)")
"""Patterns of a rewrite that take every path."""
CODES = {"permanent": 301, "redirect": 302}
REDIRECTS = frozenset((301, 302, 303, 307, 308))
CLOSE = 444
SAMPLE = "/probe/x.js"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is given without asking the upstream."""

    action: Action
    redirect: Redirect
    """Its code is the status; `to` the target or the body."""


def answers(directives: tuple[Directive, ...]) -> Iterator[Answer]:
    """In nginx's order of the rewrite phase; those inside an `if` have a condition. Ends at the first without one."""
    for each in directives:
        found = _return(each) if each.name == "return" else _rewrite(each) if each.name == "rewrite" else None
        if found is not None:
            yield found
            if not found.redirect.condition:
                return
        elif each.name == "if":
            test = condition(each)
            for inner in answers(each.inner):
                old = inner.redirect
                joined = f"{test} and {old.condition}" if old.condition else test
                yield Answer(inner.action, Redirect(old.code, old.to, old.at, joined))


def _return(directive: Directive) -> Answer | None:
    args = directive.args
    if not args:
        return None
    if not args[0].isdecimal():
        return Answer(Action.REDIRECT, Redirect(302, args[0], directive.at))  # `return URL` is 302
    code = int(args[0])
    to = args[1] if len(args) > 1 else ""
    action = Action.ABORT if code == CLOSE else Action.REDIRECT if code in REDIRECTS and to else Action.RESPOND
    return Answer(action, Redirect(code, to, directive.at))


def _rewrite(directive: Directive) -> Answer | None:
    """Only those that leave for another URL."""
    if len(directive.args) < 2:
        return None
    pattern, to = directive.args[0], directive.args[1]
    flag = directive.args[2] if len(directive.args) > 2 else ""
    if flag not in CODES and not re.match(r"https?://|\$scheme", to):
        return None
    test = "" if EVERYTHING.fullmatch(pattern) else f"$uri ~ {pattern}"
    return Answer(Action.REDIRECT, Redirect(CODES.get(flag, 302), to, directive.at, test))


def stripped(directives: tuple[Directive, ...], path: str) -> tuple[Value[str] | None, Value[str] | None]:
    """Of rewrites that stay inside: the prefix that one of them takes off, and the last one as written."""
    prefix, written = None, None
    for each in directives:
        if each.name != "rewrite" or len(each.args) < 2 or _rewrite(each) is not None:
            continue
        written = Value(each.text, each.at)
        if each.args[-1] == "break" or len(each.args) == 2:
            prefix = _taken_off(each, path) or prefix
    return prefix, written


def _taken_off(rewrite: Directive, path: str) -> Value[str] | None:
    """Found by doing it to a path below the location."""
    literal = re.match(r"\^?((?:/[\w.~%-]+)+)", rewrite.args[0])
    for prefix in (path.rstrip("/"), literal[1] if literal else ""):
        if prefix and _rewritten(rewrite, f"{prefix}{SAMPLE}") == SAMPLE:
            return Value(prefix, rewrite.at)
    return None


def _rewritten(rewrite: Directive, path: str) -> str | None:
    try:
        found = re.search(rewrite.args[0].replace("(?<", "(?P<"), path)
        return found and re.sub(r"\$(\d)", lambda number: found[int(number[1])] or "", rewrite.args[1])
    except (re.error, IndexError):
        return None
