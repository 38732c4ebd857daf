"""One `docker run` command taken apart: options by their long names, then the image and what it shall run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from itertools import pairwise

from clawkit.doctor.readers.lines import hidden

Options = dict[str, list[str]]
_END = frozenset({"|", "||", "&&", ";", ">", ">>", "2>&1", "&", "2>", "1>"})
_SHORT = {
    "p": "publish",
    "e": "env",
    "v": "volume",
    "m": "memory",
    "u": "user",
    "h": "hostname",
    "l": "label",
    "w": "workdir",
    "c": "cpu-shares",
    "a": "attach",
}
_SWITCHES = re.compile(
    "[ditPq]|rm|init|read-only|privileged|detach|interactive|tty|no-healthcheck|publish-all|quiet|"
    "disable-content-trust|oom-kill-disable|sig-proxy|help|replace|internal|ipv6|attachable|"
)
_ALIASES = {"net": "network", "net-alias": "network-alias", "dns-opt": "dns-option"}


def split(text: str) -> list[str]:
    try:
        words = shlex.split(text, comments=True)
    except ValueError:
        words = text.split()
    end = next((index for index, word in enumerate(words) if word in _END), len(words))
    return [word.rstrip(";") if word.endswith(";") else word for word in words[:end]]


def parse(words: Sequence[str]) -> tuple[Options, tuple[str, ...]]:
    """Options by their long name, and what follows them: the image and its command."""
    found: Options = {}
    index = 0
    while index < len(words) and words[index].startswith("-") and words[index] != "-":
        word = words[index]
        index += 1
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
        else:
            name, value = _cluster(word[1:])
            equals = "=" if value else ""
        name = _ALIASES.get(_SHORT.get(name, name), _SHORT.get(name, name))
        if _SWITCHES.fullmatch(name):
            found.setdefault(name, []).append(value or "true")
        elif equals:
            found.setdefault(name, []).append(value)
        elif index < len(words):
            found.setdefault(name, []).append(words[index])
            index += 1
    return found, tuple(words[index:])


def _cluster(letters: str) -> tuple[str, str]:
    """-itd, -p80:80 and -itp: the last letter that takes a value, and the value if it is stuck to it."""
    for index, letter in enumerate(letters):
        if letter in _SHORT:
            return letter, letters[index + 1 :].removeprefix("=")
    return letters[-1:], ""


def last(options: Options, name: str) -> str:
    return options.get(name, [""])[-1]


def secret(options: Options, command: Sequence[str]) -> str:
    for text in options.get("env", ()):
        name, _, value = text.partition("=")
        if hidden(name, value):
            return value
    return next((value for flag, value in pairwise(command) if flag.startswith("--") and hidden(flag, value)), "")
