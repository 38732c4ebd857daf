"""Caddyfile text as tokens, cut where Caddy cuts it (caddyconfig/caddyfile/lexer.go)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from clawkit.doctor.readers.text import TextFile

_MARKER = re.compile(r"[A-Za-z0-9_-]+")
_VARIABLE = re.compile(r"\{\$([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    file: TextFile
    line: int
    quote: str = ""
    """The quotation mark that it stood in, "<" for a heredoc; an unquoted brace is structure, a quoted one is text."""
    chain: tuple[tuple[str, int], ...] = ()
    """The import statements that brought it here, outermost first."""

    @property
    def last_line(self) -> int:
        return self.line + self.text.count("\n") + (2 if self.quote == "<" else 0)

    @property
    def opens(self) -> bool:
        return self.text == "{" and not self.quote

    @property
    def closes(self) -> bool:
        return self.text == "}" and not self.quote


class Refused(Exception):
    """What Caddy would not accept, in its words."""

    def __init__(self, message: str, token: Token | None, kind: str = "syntax", line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.token = token
        self.kind = kind
        self.line = line if token is None else token.line


def on_new_line(before: Token, token: Token) -> bool:
    return before.file is not token.file or before.chain != token.chain or before.last_line < token.line


def expand(text: str, environment: Mapping[str, str]) -> str:
    """{$NAME:default} replaced as Caddy does before it reads; one that is not known here stays, where Caddy on
    its own machine has a value or an empty text."""

    def value(match: re.Match[str]) -> str:
        name, colon, default = match.group(1).partition(":")
        if name in environment:
            return environment[name]
        return default if colon else match.group(0)

    return _VARIABLE.sub(value, text)


def tokens(file: TextFile, environment: Mapping[str, str]) -> list[Token]:
    text = expand(file.text.removeprefix("\ufeff"), environment)
    return list(_Lexer(file, text).all())


class _Lexer:
    def __init__(self, file: TextFile, text: str) -> None:
        self.file = file
        self.text = text
        self.at = 0
        self.line = 1
        self.skipped = 0
        """Line ends inside the current logical line, that is escaped ones."""

    def all(self) -> list[Token]:
        found = []
        while (token := self._next()) is not None:
            found.append(token)
        return found

    def _next(self) -> Token | None:
        self._skip_blanks()
        if self.at >= len(self.text):
            return None
        mark = self.text[self.at]
        if mark in '"`':
            return self._quoted(mark)
        if self.text.startswith("<<", self.at):
            heredoc = self._heredoc()
            if heredoc is not None:
                return heredoc
        return self._word()

    def _skip_blanks(self) -> None:
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif char == "\\" and self.text[self.at + 1 : self.at + 3].lstrip("\r")[:1] == "\n":
                self.at = self.text.index("\n", self.at) + 1
                self.skipped += 1
            elif char == "\n":
                self._end_line()
            elif char.isspace():
                self.at += 1
            else:
                return

    def _end_line(self) -> None:
        self.line += 1 + self.skipped
        self.skipped = 0
        self.at += 1

    def _quoted(self, mark: str) -> Token:
        start, line = self.at + 1, self.line
        content = []
        at = start
        while at < len(self.text) and self.text[at] != mark:
            if mark == '"' and self.text.startswith('\\"', at):
                at += 1
            content.append(self.text[at])
            at += 1
        value = "".join(content)
        self.at = at + 1
        self.line += value.count("\n") + self.skipped
        self.skipped = 0
        # one that never ends is a token up to the end of the file, and no longer a quoted one
        return Token(value.replace("\r\n", "\n"), self.file, line, mark if at < len(self.text) else "")

    def _heredoc(self) -> Token | None:
        end = self.text.find("\n", self.at)
        marker = self.text[self.at + 2 : end].rstrip("\r") if end >= 0 else " "
        if " " in marker or "\t" in marker:
            return None
        if marker.startswith("<"):
            raise Refused(
                f"too many '<' for heredoc on line #{self.line}; only use two, for example <<END", None, line=self.line
            )
        if not _MARKER.fullmatch(marker):
            words = f"must contain only alphanumeric characters, dashes and underscores; got '{marker}'"
            raise Refused(f"heredoc marker on line #{self.line} {words}", None, line=self.line)
        close = self.text.find(marker, end)
        if close < 0:
            words = f"incomplete heredoc <<{marker} on line #{self.line}, expected ending marker {marker}"
            raise Refused(words, None, line=self.line)
        body = self.text[end + 1 : close]
        padding = body[body.rfind("\n") + 1 :]
        lines = [line.removeprefix(padding).rstrip("\r") for line in body.split("\n")[:-1]]
        token = Token("\n".join(lines), self.file, self.line, "<")
        self.line += body.count("\n") + 1
        self.at = close + len(marker)
        return token

    def _word(self) -> Token:
        line, start = self.line, self.at
        while self.at < len(self.text) and not self.text[self.at].isspace():
            if self.text[self.at] == "\\" and self.text[self.at + 1 : self.at + 3].lstrip("\r")[:1] == "\n":
                break
            self.at += 1
        word = self.text[start : self.at]
        return Token(word.removeprefix("\\") if word.startswith("\\<") else word, self.file, line)
