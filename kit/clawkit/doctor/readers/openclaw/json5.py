"""JSON5 with the line of every value. No library that is kept up gives lines, and the words of a refusal must be those
of the json5 package that OpenClaw reads its file with."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import NoReturn

from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.lines import place, plain
from clawkit.doctor.readers.text import TextFile

_NUMBER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|Infinity|NaN|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_NAME = re.compile(r"[\w$\u200c\u200d]+")
_SPACES = " \t\n\r\v\f\xa0\ufeff\u2028\u2029"
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"}
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_SHOWN = {"'": "\\'", '"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Json:
    value: dict[str, Json] | list[Json] | str | int | float | bool | None
    line: int
    """Of a key's value the key's own, where the value is a map or a list."""
    file: TextFile

    def at(self, secret: str = "") -> Place:
        return place(self.file, self.line, secret)

    def get(self, *path: str) -> Json | None:
        found: Json | None = self
        for key in path:
            found = found.value.get(key) if found is not None and isinstance(found.value, dict) else None
        return found

    @property
    def kind(self) -> str:
        """As JavaScript's schema library calls it."""
        match self.value:
            case None:
                return "null"
            case bool():
                return "boolean"
            case str():
                return "string"
            case dict():
                return "object"
            case list():
                return "array"
        return "number"


class Unreadable(Exception):
    """The file is no JSON5. `so_far` is what stands before the fault."""

    def __init__(self, words: str, line: int, so_far: Json | None) -> None:
        super().__init__(f"JSON5: {words}")
        self.line, self.so_far = line, so_far


def parse(file: TextFile) -> Json:
    return _Parser(file).document()


class _Parser:
    def __init__(self, file: TextFile) -> None:
        self.file, self.text, self.at, self.depth = file, plain(file.text), 0, 0
        self.ends = [match.start() for match in re.finditer("\n", self.text)]
        self.root: Json | None = None

    def document(self) -> Json:
        value = self._value(None)
        self._blank()
        if self.at < len(self.text):
            self._refuse()
        return value

    def _line(self, at: int | None = None) -> int:
        return bisect_left(self.ends, self.at if at is None else at) + 1

    def _refuse(self, at: int | None = None) -> NoReturn:
        at = self.at if at is None else at
        line = self._line(at)
        column = at - (self.text.rfind("\n", 0, at) + 1) + 1
        if at >= len(self.text):
            raise Unreadable(f"invalid end of input at {line}:{column}", line, self.root)
        sign = self.text[at]
        shown = _SHOWN.get(sign, sign if sign.isprintable() else f"\\x{ord(sign):02x}")
        raise Unreadable(f"invalid character '{shown}' at {line}:{column}", line, self.root)

    def _blank(self) -> None:
        """Over blanks and comments."""
        text, end = self.text, len(self.text)
        while self.at < end:
            if text[self.at] in _SPACES:
                self.at += 1
            elif text.startswith("//", self.at):
                stop = text.find("\n", self.at)
                self.at = end if stop < 0 else stop
            elif text.startswith("/*", self.at):
                stop = text.find("*/", self.at + 2)
                if stop < 0:
                    self._refuse(end)
                self.at = stop + 2
            else:
                return

    def _value(self, line: int | None, table: dict[str, Json] | None = None, key: str = "") -> Json:
        """`table` and `key`: where a map belongs, so that it is there when a fault ends the reading inside it."""
        self._blank()
        here = self._line()
        sign = self.text[self.at : self.at + 1]
        if sign == "{":
            made = Json({}, line or here, self.file)
            if table is not None:
                table[key] = made
            return self._table(made)
        if sign == "[":
            return self._list(line or here)
        if sign in ("'", '"') and sign:
            return Json(self._string(), here, self.file)
        number = _NUMBER.match(self.text, self.at)
        if number:
            self.at = number.end()
            return Json(_number(number.group()), here, self.file)
        for word, value in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return Json(value, here, self.file)
        self._refuse()

    def _open(self) -> None:
        self.at += 1
        self.depth += 1
        if self.depth > DEEPEST:
            self._refuse()

    def _table(self, made: Json) -> Json:
        found = made.value if isinstance(made.value, dict) else {}
        self.root = self.root or made
        self._open()
        while True:
            self._blank()
            if self.text[self.at : self.at + 1] == "}":
                break
            here = self._line()
            key = self._key()
            self._blank()
            if self.text[self.at : self.at + 1] != ":":
                self._refuse()
            self.at += 1
            found[key] = self._value(here, found, key)
            if not self._comma("}"):
                break
        self.at += 1
        self.depth -= 1
        return made

    def _list(self, line: int) -> Json:
        found: list[Json] = []
        self._open()
        while True:
            self._blank()
            if self.text[self.at : self.at + 1] == "]":
                break
            found.append(self._value(None))
            if not self._comma("]"):
                break
        self.at += 1
        self.depth -= 1
        return Json(found, line, self.file)

    def _comma(self, end: str) -> bool:
        """Whether a comma follows; else it must be the end."""
        self._blank()
        sign = self.text[self.at : self.at + 1]
        if sign == ",":
            self.at += 1
            return True
        if sign != end:
            self._refuse()
        return False

    def _key(self) -> str:
        if self.text[self.at : self.at + 1] in ("'", '"'):
            return self._string()
        name = _NAME.match(self.text, self.at)
        if name is None or name.group()[0].isdigit():
            self._refuse()
        self.at = name.end()
        return name.group()

    def _string(self) -> str:
        quote = self.text[self.at]
        parts: list[str] = []
        self.at += 1
        while True:
            sign = self.text[self.at : self.at + 1]
            if sign in ("", "\n", "\r"):
                self._refuse()
            self.at += 1
            if sign == quote:
                return "".join(parts)
            parts.append(self._escape() if sign == "\\" else sign)

    def _escape(self) -> str:
        sign = self.text[self.at : self.at + 1]
        self.at += 1
        if sign == "\r" and self.text[self.at : self.at + 1] == "\n":
            self.at += 1
        if sign in ("\n", "\r"):
            return ""
        if sign in ("x", "u"):
            length = 2 if sign == "x" else 4
            digits = self.text[self.at : self.at + length]
            if len(digits) < length or not re.fullmatch(r"[0-9a-fA-F]+", digits):
                self._refuse()
            self.at += length
            return chr(int(digits, 16))
        return _ESCAPES.get(sign, sign)


def _number(text: str) -> int | float:
    unsigned = text.lstrip("+-")
    factor = -1 if text.startswith("-") else 1
    if unsigned[:2].lower() == "0x":
        return factor * int(unsigned, 16)
    if unsigned in ("Infinity", "NaN"):
        return factor * float(unsigned.replace("Infinity", "inf"))
    value = factor * float(unsigned)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
