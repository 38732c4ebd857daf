"""The blocks of a Caddyfile: snippets and imports put in, directives grouped (caddyconfig/caddyfile/parse.go)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.shelf import Shelf
from clawkit.doctor.readers.caddy.token import Refused, Token, on_new_line, tokens
from clawkit.doctor.readers.text import TextFile

_ARGUMENT = re.compile(r"\{args(?:\.(\d+)|\[(\d+)\])\}")
DEEPEST = 100
"""Blocks within blocks."""
_VARIADIC = re.compile(r"\{args\[(\d*):(\d*)\]\}")


@dataclass(slots=True)
class Block:
    keys: list[Token]
    braces: bool = False
    content: list[Directive] = field(default_factory=list)

    @property
    def route_name(self) -> str | None:
        """Of `&(name) { … }`, which `invoke` calls."""
        text = self.keys[0].text if len(self.keys) == 1 else ""
        return text[2:-1] if text.startswith("&(") and text.endswith(")") else None


class Parser:
    """Reads one main file; what is wrong is kept, and reading goes on where that makes sense."""

    def __init__(self, file: TextFile, shelf: Shelf, environment: Mapping[str, str]) -> None:
        self.file = file
        self.shelf = shelf
        self.environment = environment
        self.tokens: list[Token] = []
        self.at = 0
        self.blocks: list[Block] = []
        self.snippets: dict[str, list[Token]] = {}
        self.refused: list[Refused] = []
        self.depth = 0
        self.files: list[TextFile] = [file]
        self.unseen: list[Token] = []
        """Imports by absolute paths, of which nobody here knows what lies there on the proxy's machine."""
        self.patterns: list[tuple[TextFile, str]] = []
        """Imports of several files, with the file in which they stand."""

    def parse(self) -> None:
        try:
            self.tokens = tokens(self.file, self.environment)
            if not self.file.text.strip("\ufeff"):
                raise Refused("EOF", None)
            while self.at < len(self.tokens):
                self._block()
        except Refused as refused:
            self.refused.append(refused)

    def _block(self) -> None:
        block = Block(self._keys())
        if not block.keys and self.at >= len(self.tokens):
            return
        block.braces = self._here() is not None and self.tokens[self.at].opens
        name = block.keys[0].text if len(block.keys) == 1 else ""
        if name.startswith("(") and name.endswith(")"):
            self._snippet(name[1:-1], block.keys[0])
            return
        self.blocks.append(block)
        if block.braces:
            self.at += 1
        self._content(block.content, block.braces, bare=not block.braces)

    def _snippet(self, name: str, key: Token) -> None:
        if self._here() is None or not self.tokens[self.at].opens:
            unexpected = self._here() or key
            raise Refused(f"syntax error: unexpected token '{unexpected.text}', expecting '{{'", unexpected)
        if name in self.snippets:
            self.refused.append(Refused(f"redeclaration of previously declared snippet {name}", key))
        self.snippets[name] = self._braced()

    def _braced(self) -> list[Token]:
        """The tokens between the brace here and the one that closes it."""
        self.at += 1
        depth = 1
        taken: list[Token] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            depth += 1 if token.opens else -1 if token.closes else 0
            if depth == 0:
                return taken
            taken.append(token)
        last = self.tokens[-1]
        raise Refused(f"syntax error: unexpected token '{last.text}', expecting '}}'", last)

    def _here(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _starts_line(self) -> bool:
        return self.at == 0 or on_new_line(self.tokens[self.at - 1], self.tokens[self.at])

    def _keys(self) -> list[Token]:
        keys: list[Token] = []
        more = True
        while (token := self._here()) is not None:
            if token.text == "import" and self._starts_line() and not keys:
                self._import()
                continue
            if token.opens:
                if more and keys:
                    words = f"Expected another address but had '{token.text}' - check for extra comma"
                    self.refused.append(Refused(words, token))
                return keys
            if keys and not more and self._starts_line():
                return keys
            if self._stray(token):
                continue
            more = token.text.endswith(",")
            self.at += 1
            self._key(token, keys)
        return keys

    def _stray(self, token: Token) -> bool:
        """What cannot be an address: told, and left out."""
        if token.text.startswith("@"):
            words = f"request matchers may not be defined globally, they must be in a site block; found {token.text}"
            self.refused.append(Refused(words, token))
            while self.at < len(self.tokens) and (self.tokens[self.at] is token or not self._starts_line()):
                self.at += 1
            return True
        if token.closes:
            self.refused.append(Refused("subject does not qualify for certificate: '}'", token))
            self.at += 1
            return True
        if token.text.endswith("{") and not token.quote:
            words = f"Site addresses cannot end with a curly brace: '{token.text}'"
            self.refused.append(Refused(f"{words} - put a space between the token and the brace", token))
            self.tokens[self.at : self.at + 1] = [replace(token, text=token.text[:-1]), replace(token, text="{")]
        return False

    def _key(self, token: Token, keys: list[Token]) -> None:
        text = self.tokens[self.at - 1].text.removesuffix(",")
        if "," in text:
            words = f"Site addresses cannot contain a comma ',': '{text}'"
            self.refused.append(Refused(f"{words} - put a space after the comma to separate site addresses", token))
        keys += [replace(token, text=part) for part in text.split(",") if part]

    def _content(self, into: list[Directive], braces: bool, bare: bool = False) -> None:
        """Directives up to the closing brace, or to the end of the file where the site has none."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise Refused("blocks are nested too deeply to be read", self.tokens[self.at - 1])
        while (token := self._here()) is not None:
            if token.closes:
                if bare:
                    self.refused.append(Refused("Unexpected '}' because no matching opening brace", token))
                self.at += 1
                break
            if token.text == "import" and not token.quote:
                self._import()
                continue
            self._directive(into)
        self.depth -= 1
        last = self.tokens[-1]
        if token is None and braces and not last.closes:
            raise Refused(f"syntax error: unexpected token '{last.text}', expecting '}}'", last)

    def _directive(self, into: list[Directive]) -> None:
        name = self.tokens[self.at]
        index = len(into)
        into.append(Directive(name))
        self.at += 1
        args: list[Token] = []
        inner: list[Directive] = []
        try:
            while (token := self._here()) is not None and not self._starts_line():
                if token.closes:
                    raise Refused("Unexpected '}' because no matching opening brace", token)
                self.at += 1
                if token.opens:
                    self._check_open(token)
                    self._content(inner, braces=True)
                    break
                args.append(token)
            else:
                self._brace_on_next_line(inner)
        finally:
            into[index] = Directive(name, tuple(args), tuple(inner))

    def _check_open(self, brace: Token) -> None:
        following = self._here()
        if following is not None and not on_new_line(brace, following):
            self.refused.append(Refused("Unexpected next token after '{' on same line", brace))

    def _brace_on_next_line(self, inner: list[Directive]) -> None:
        token = self._here()
        if token is not None and token.opens:
            words = "Unexpected '{' on a new line; did you mean to place the '{' on the previous line?"
            self.refused.append(Refused(words, token, "brace-on-new-line"))
            self.at += 1
            self._content(inner, braces=True)

    def _import(self) -> None:
        start = self.at
        statement = self.tokens[start]
        self.at += 1
        args: list[Token] = []
        given: list[Token] = []
        while (token := self._here()) is not None and not self._starts_line() and not token.closes:
            if token.opens:
                given = self._braced()
                break
            args.append(token)
            self.at += 1
        found = self._imported(statement, args)
        link = (*statement.chain, _link(statement))
        words = tuple(arg.text for arg in args[1:])
        put = [new for token in found for new in _filled(token, words, given, link)]
        self.tokens[start : self.at] = put
        self.at = start

    def _imported(self, statement: Token, args: list[Token]) -> list[Token]:
        if not args:
            words = "wrong argument count or unexpected line ending after 'import'"
            self.refused.append(Refused(words, statement))
            return []
        wanted = args[0].text
        if _link(statement) in statement.chain:
            words = f"a cycle of imports exists between {statement.file.shown} and {wanted}"
            self.refused.append(Refused(words, statement, "import-cycle"))
            return []
        if wanted in self.snippets:
            return self.snippets[wanted]
        return self._from_files(statement, wanted)

    def _from_files(self, statement: Token, wanted: str) -> list[Token]:
        files = self.shelf.find(wanted, statement.file)
        if any(mark in wanted for mark in "*?["):
            self.patterns.append((statement.file, wanted))
        if not files and wanted.startswith("/"):
            self.unseen.append(replace(statement, text=wanted))
        elif not files and not any(mark in wanted for mark in "*?[{"):
            kind = "import" if "/" in wanted or "." in wanted else "snippet"
            self.refused.append(Refused(f"File to import not found: {wanted}", statement, kind))
        found: list[Token] = []
        for file in files:
            if file not in self.files:
                self.files.append(file)
            try:
                found += tokens(file, self.environment)
            except Refused as refused:
                words = f"Could not read tokens while importing {wanted}: {refused.message}"
                self.refused.append(Refused(words, statement))
        return found


def _link(statement: Token) -> tuple[str, int]:
    """One that is in its own chain has brought itself here."""
    return statement.file.shown, statement.line


def _filled(token: Token, args: tuple[str, ...], given: list[Token], link: tuple[tuple[str, int], ...]) -> list[Token]:
    """The token as it stands after the import: arguments and the block that was handed over put in."""
    chain = (*link, *token.chain)
    if token.text == "{block}":
        # they keep the place that they were written at, or their line ends would be lost
        return given
    variadic = _VARIADIC.fullmatch(token.text)
    if variadic:
        start, end = int(variadic.group(1) or 0), int(variadic.group(2) or len(args))
        return [replace(token, text=arg, chain=chain) for arg in args[start:end]]

    def argument(match: re.Match[str]) -> str:
        index = int(match.group(1) or match.group(2))
        return args[index] if index < len(args) else match.group(0)

    return [replace(token, text=_ARGUMENT.sub(argument, token.text), chain=chain)]
