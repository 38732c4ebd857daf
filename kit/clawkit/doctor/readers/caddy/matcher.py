"""Request matchers: which requests a directive takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.token import Refused, Token
from clawkit.doctor.readers.caddy.vocabulary import MATCHERS

BROWSER_CONNECTION = ("Upgrade", "keep-alive, Upgrade")
"""How browsers write Connection in a WebSocket handshake: Chromium the first, Firefox the second."""
_MERGED = ("path", "host", "method", "remote_ip", "client_ip", "query")
"""Several lines of these in one matcher are alternatives; of the others each must hold."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. All terms of a matcher must hold; of `not` the inner ones must not all hold."""

    name: str
    args: tuple[str, ...] = ()
    inner: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.name, *self.args, *map(str, self.inner)))

    @property
    def websocket(self) -> bool | None:
        """True: only a WebSocket handshake passes; False: none ever does; None: it does not ask."""
        if self.name == "not":
            return _negated(self.inner)
        if self.name in ("header", "header_regexp", "vars", "vars_regexp"):
            return _by_header(self)
        if self.name == "expression":
            return _by_expression(" ".join(self.args))
        if self.name == "method" and self.args:
            return None if "GET" in {arg.upper() for arg in self.args} else False
        if self.name == "protocol" and self.args == ("grpc",):
            return False
        return None


Terms = tuple[Term, ...]


def websocket(terms: Iterable[Term]) -> bool | None:
    answers = {term.websocket for term in terms}
    return False if False in answers else True if True in answers else None


def _negated(inner: Terms) -> bool | None:
    if len(inner) != 1:
        # not { header Connection … header Upgrade … }: what is left is everything but WebSockets
        return False if inner and all(term.websocket for term in inner) else None
    answer = inner[0].websocket
    return None if answer is None or inner[0].name == "method" else not answer


def _by_header(term: Term) -> bool | None:
    if len(term.args) < 2:
        return None
    name, pattern = term.args[-2].lower(), term.args[-1]
    if name.startswith("{header.") or name.startswith("{http.request.header."):
        name = name.rstrip("}").rsplit(".", 1)[1]
    if name not in ("connection", "upgrade"):
        return None
    if term.name.endswith("_regexp"):
        return True if "websocket" in pattern.lower() or "upgrade" in pattern.lower() else None
    if name == "upgrade":
        # compared with case; browsers send it in lower case
        return _glob(pattern, "websocket")
    return any(_glob(pattern, sent) for sent in BROWSER_CONNECTION)


def _glob(pattern: str, text: str) -> bool:
    """matchHeaders of modules/caddyhttp/matchers.go: a star at either end only."""
    if pattern == "*":
        return True
    bare = pattern.strip("*")
    if pattern.startswith("*") and pattern.endswith("*"):
        return bare in text
    if pattern.startswith("*"):
        return text.endswith(pattern[1:])
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _by_expression(text: str) -> bool | None:
    low = text.lower()
    if "upgrade" not in low or "websocket" not in low:
        return None
    return None if "||" in low else not ("!=" in low or low.lstrip().startswith("!"))


def inline(token: Token, known: Mapping[str, Terms]) -> Terms | None:
    """What the first argument of a directive matches, or None where it is no matcher."""
    text = token.text
    if text == "*":
        return ()
    if text.startswith("/"):
        return (Term("path", (text,)),)
    if not text.startswith("@"):
        return None
    if text not in known:
        raise Refused(f"unrecognized matcher name: {text}", token, "unknown-matcher")
    return known[text]


def defined(directive: Directive, problems: list[Refused]) -> Terms:
    """Of `@name path /x` or `@name { … }`."""
    if directive.args and directive.args[0].quote:
        return (Term("expression", directive.words),)
    lines = list(directive.block)
    if directive.args:
        lines.insert(0, Directive(directive.args[0], directive.args[1:], directive.block))
        lines = lines[:1]
    return _merged(tuple(_term(line, problems) for line in lines))


def _term(line: Directive, problems: list[Refused]) -> Term:
    if line.name not in MATCHERS:
        words = f"getting matcher module '{line.name}': module not registered: http.matchers.{line.name}"
        problems.append(Refused(words, line.token, "unknown-matcher"))
    if line.name != "not":
        return Term(line.name, line.words or tuple(inner.written() for inner in line.block))
    inner = list(line.block)
    if line.args:
        inner = [Directive(line.args[0], line.args[1:])]
    return Term("not", (), _merged(tuple(_term(part, problems) for part in inner)))


def _merged(terms: Terms) -> Terms:
    found: list[Term] = []
    for term in terms:
        same = next((i for i, old in enumerate(found) if old.name == term.name in _MERGED), None)
        if same is None:
            found.append(term)
        else:
            found[same] = Term(term.name, found[same].args + term.args)
    return tuple(found)


def for_host(terms: Terms, host: str) -> Terms | None:
    """The terms that are left for requests of one host (empty: any that no matcher names); None: it never matches."""
    left = []
    for term in terms:
        named = _names(term, host)
        if named is None:
            left.append(term)
        elif not named:
            return None
    return tuple(left)


def _names(term: Term, host: str) -> bool | None:
    if term.name == "host":
        return _is_host(term.args, host)
    if term.name == "not" and len(term.inner) == 1 and term.inner[0].name == "host":
        return not _is_host(term.inner[0].args, host)
    return None


def _is_host(names: tuple[str, ...], host: str) -> bool:
    low = host.lower()
    return any(
        name.lower() == low or (name[:2] == "*." and low.partition(".")[2] == name[2:].lower()) for name in names
    )


def hosts(terms: Terms) -> tuple[str, ...]:
    found = [arg for term in terms if term.name == "host" for arg in term.args]
    return tuple(found + [arg for term in terms for inner in term.inner if inner.name == "host" for arg in inner.args])
