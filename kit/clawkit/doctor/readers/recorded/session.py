"""A pasted terminal session or notes in Markdown, taken apart into what each command printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from clawkit.doctor.readers.prompts import BARE, FENCE, PROMPT
from clawkit.doctor.readers.recorded.command import Command, parsed
from clawkit.doctor.readers.text import TextFile

CONTINUED = re.compile(r"\\\s*$")
MARKER = re.compile(r"^(?:#{1,6} |[-*=]{2,} ?|=> )?`?(?P<path>[\w./~-]*[\w-]+(?:\.(?:conf|ya?ml|json5?|log|txt|env|"
                    r"service|pem|crt)|"
                    r"Caddyfile))`?(?: [-*=]{2,}|:)?\s*$")  # fmt: skip
"""A line that names the file which follows: "### docker-compose.yml", "=== nginx.conf ===", "Caddyfile:"."""


@dataclass(frozen=True, slots=True)
class Block:
    file: TextFile
    """Keeps the line numbers of the whole: what stands before it is blank."""
    command: Command | None
    fenced: bool = False
    prose: bool = False
    shell: bool = False
    """Fenced as commands of a shell: what they write into files is no file yet."""


@dataclass(slots=True)
class _Open:
    """The block being filled."""

    start: int
    lines: list[str]
    command: str = ""
    name: str = ""
    fenced: bool = False
    prose: bool = True
    shell: bool = False


SPOKEN = re.compile(r"(?P<path>(?:~|/etc|/opt|/srv|/home|/root|/var|/usr)(?:/[\w.@-]+)+|\b[\w.-]+\.(?:conf|ya?ml|"
                    r"json5?|service)\b|"
                    r"\bCaddyfile\b)[`*):\s]*$")  # fmt: skip
"""A sentence that ends with the name of the file below it."""
QUOTED = re.compile(r"`(?P<command>(?:sudo )?(?:docker|curl|wget|ss|netstat|openssl|dig|nginx|journalctl|systemctl|"
                    r"cat|ufw|iptables|"
                    r"wscat|df|ls|getsebool|caddy)\b[^`]*)`[^`]{0,20}$")  # fmt: skip
"""A command named in the sentence above its output: "Output of `docker ps -a`:"."""


PROGRAM = re.compile(
    r"^ {0,3}(?:```|~~~) *(?:python|py|javascript|js|jsx|typescript|ts|tsx|go|rust|java|kotlin|ruby|php|c|cpp|csharp|"
    r"css|html|sql|diff|mermaid)\b",
    re.IGNORECASE,
)
"""Fences around what is neither configuration nor anybody's output."""


SHELL = re.compile(r"^ {0,3}(?:```|~~~) *(?:bash|sh|shell|zsh|powershell|ps1)\b", re.IGNORECASE)


def blocks(file: TextFile) -> tuple[Block, ...]:
    """In order. Prose is given too: people write what they saw between the blocks."""
    return tuple(block for one in _split(_flush(file.text.splitlines())) if (block := _block(file, one)))


def _flush(lines: list[str]) -> list[str]:
    """Blocks that Markdown marks by four spaces, where a prompt shows that they are sessions."""
    if not any(line.startswith("    ") and PROMPT.match(line[4:]) for line in lines):
        return lines
    return [line.removeprefix("    ") for line in lines]


def _block(file: TextFile, one: _Open) -> Block | None:
    command = parsed(one.command) if one.command else None
    if not any(line.strip() for line in one.lines) and (
        command is None or command.program not in ("dig", "ss", "curl")
    ):
        return None
    text = "\n" * one.start + "\n".join(one.lines) + "\n"
    name = one.name or (_printed(command) if command else "")
    path = file.path.parent / (name or f"{file.path.stem}-{one.start}")
    return Block(TextFile(path, file.shown, text), command, fenced=one.fenced, prose=one.prose, shell=one.shell)


def _printed(command: Command) -> str:
    """The file that `cat`, `tail` or `less` shows: its name tells what it is."""
    if command.program in ("cat", "tail", "head", "less", "more", "bat", "batcat", "sed", "grep"):
        paths = [
            word
            for word in command.words
            if not word.startswith("-") and ("/" in word or "." in word or word == "Caddyfile")
        ]
        return str(PurePosixPath(paths[-1])) if paths else ""
    return ""


def _split(lines: list[str]) -> Iterator[_Open]:
    current = _Open(0, [])
    fenced, program, marker, hint = False, False, "", ""
    number = 0
    while number < len(lines):
        line = lines[number]
        prompt = PROMPT.match(line.strip() if fenced else line)
        bare = BARE.match(line) if current.prose or current.command or not current.lines else None
        quoted = QUOTED.search(line.rstrip(" :*")) if not fenced and current.prose else None
        heading = MARKER.match(line) if not fenced else None
        if FENCE.match(line):
            if not program:
                yield current
            fenced = not fenced
            program = fenced and PROGRAM.match(line) is not None
            current = _Open(number + 1, [], hint, marker, fenced=True, prose=False) if fenced else _Open(number + 1, [])
            current.shell = fenced and SHELL.match(line) is not None
            marker = hint = ""
        elif program:
            pass
        elif prompt and not _comment(line, fenced, current):
            yield current
            command, number = _typed(lines, number, prompt["command"] or prompt["root"])
            current = _Open(number + 1, [], command=command, fenced=fenced, prose=False)
        elif bare:
            yield current
            command, number = _typed(lines, number, line)
            current = _Open(number + 1, [], command=command, fenced=fenced, prose=False)
        elif heading and current.prose:
            yield current
            marker = heading["path"]
            current = _Open(number + 1, [], name=marker, prose=True)
        elif not line.strip() and not fenced and current.command and not _headers(current) and _ends(lines, number):
            yield current
            current = _Open(number + 1, [])
        else:
            hint = quoted["command"] if quoted else "" if line.strip() else hint
            path = SPOKEN.search(line) if current.prose else None
            marker = path["path"] if path else "" if line.strip() else marker
            current.lines.append(line)
        number += 1
    yield current


def _comment(line: str, fenced: bool, current: _Open) -> bool:
    """In a file that is being shown, "# docker run …" is a comment of that file."""
    return line.startswith("# ") and bool(current.command or (fenced and any(text.strip() for text in current.lines)))


def _ends(lines: list[str], number: int) -> bool:
    """A blank line and then prose: a sentence ends a command's output, in Markdown and out of it."""
    following = next((line for line in lines[number + 1 :] if line.strip()), "")
    return re.match(r"^(?:#{1,6} \S|[A-Z][\w'\u2019]*(?: [\w'\u2019,()/.-]+){3,}[.:?!]?$)", following) is not None


def _headers(current: _Open) -> bool:
    """The blank line after the headers of an answer: what follows is its body, be it a sentence."""
    asked = not re.search(r" -[a-zA-Z]*I|--head", current.command)
    shown = bool(current.lines) and current.lines[0].startswith("HTTP/") and all(map(str.strip, current.lines))
    return asked and shown


def _typed(lines: list[str], number: int, command: str) -> tuple[str, int]:
    """The whole command, over lines continued with a backslash."""
    while CONTINUED.search(command) and number + 1 < len(lines):
        number += 1
        command = CONTINUED.sub(" ", command) + lines[number].strip()
    return command, number
