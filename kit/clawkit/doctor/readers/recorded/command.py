"""A command as it was typed: what it runs, where, and whether its output was cut down."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

PREFIXES = ("sudo", "time", "env", "command", "exec", "nohup", "watch", "wsl", "wsl.exe")
ENGINES = ("docker", "podman", "docker-compose", "podman-compose", "nerdctl")
WITH_VALUE = (
    "-u",
    "--user",
    "-w",
    "--workdir",
    "-e",
    "--env",
    "--index",
    "-f",
    "--file",
    "-p",
    "--project-name",
    "-c",
    "--container",
    "-n",
    "--namespace",
    "--project-directory",
    "--network",
    "--net",
    "--name",
    "-v",
    "--env-file",
)
FILTER = re.compile(r"\|\s*(?:e?grep|awk|head|tail|sed|rg|jq)\b|\bsport\b|--filter|\b-f name=")


@dataclass(frozen=True, slots=True)
class Command:
    program: str
    words: tuple[str, ...]
    """Arguments, the program left out."""
    container: str = ""
    """Inside which it ran: `docker exec NAME …`."""
    filtered: bool = False
    """Its output went through grep or the like, so what is not there proves nothing."""
    typed: str = ""

    def has(self, *flags: str) -> bool:
        return any(word in flags for word in self.words)

    def value(self, *flags: str) -> str:
        """Of the last of these options; "" where none is given."""
        found = ""
        for word, following in zip(self.words, (*self.words[1:], ""), strict=False):
            if word in flags:
                found = following
            elif word.partition("=")[0] in flags and "=" in word:
                found = word.partition("=")[2]
        return found


def parsed(typed: str) -> Command:
    """Unbalanced quotes and the like still give the program and its words."""
    first = re.split(r"\s(?:\|\|?|&&|;|>|2>)\s?", typed, maxsplit=1)[0]
    words = _words(first)
    while words and (words[0] in PREFIXES or re.match(r"^[A-Z_]+=", words[0]) or (words[0].startswith("-"))):
        words = words[1:]
    container = ""
    if words and words[0].rsplit("/", 1)[-1] in (*ENGINES, "kubectl", "oc"):
        words, container = _entered(words)
    if container and words[:2] in (["sh", "-c"], ["bash", "-c"], ["bash", "-lc"], ["sh", "-lc"]) and len(words) > 2:
        words = _words(words[2])
    program = words[0].rsplit("/", 1)[-1] if words else ""
    return Command(program, tuple(words[1:]), container, FILTER.search(typed) is not None, typed)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _entered(words: list[str]) -> tuple[list[str], str]:
    """What runs inside, and in which container; `docker run --network NET IMAGE curl …` counts as inside NET."""
    verb = next((at for at, word in enumerate(words) if word in ("exec", "run")), None)
    if verb is None or (words[verb] == "run" and not any(w.startswith(("--net", "--network")) for w in words)):
        return words, ""
    at = verb + 1
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in WITH_VALUE else 1
    if at >= len(words):
        return words, ""
    inside = words[at + 1 :]
    if inside[:1] == ["--"]:
        inside = inside[1:]
    if words[verb] == "run" and "curl" in words[at]:
        inside = ["curl", *inside] if inside[:1] != ["curl"] else inside
    return inside or ["sh"], words[at]
