"""What a `curl` or `wget` command asks for."""

from __future__ import annotations

import re

from clawkit.doctor.readers.recorded.command import Command, parsed

URL = re.compile(r"^(?:https?|wss?)://\S+$|^[\w.-]+(?::\d+)?(?:/\S*)?$|^\[[\da-f:]+\](?::\d+)?\S*$", re.IGNORECASE)
WITH_VALUE = frozenset(
    ("-H", "--header", "-X", "--request", "-o", "--output", "-d", "--data", "--data-raw", "--data-binary", "-u",
     "--user", "-w", "--write-out", "-m", "--max-time", "--connect-timeout", "--resolve", "--connect-to", "--cacert",
     "--cert", "--key", "-A", "--user-agent", "-e", "--referer", "-b", "--cookie", "-x", "--proxy", "--interface",
     "--retry", "-T", "--max-redirs", "-D", "-c", "-F", "--unix-socket", "-O", "-t", "--tries", "--timeout",
     "--json", "-P", "-r", "--ciphers")
)  # fmt: skip


def typed(lines: list[str]) -> Command | None:
    """A first line such as "curl -v https://…" that somebody copied without its prompt, or as a comment."""
    for line in lines[:5]:
        found = re.match(r"^[#$> ]*((?:sudo |docker\b.* )?(?:curl|wget) .+)$", line)
        if found and not re.match(r"^(?:curl: |wget: )", line):
            return parsed(found.group(1))
    return None


def url_of(command: Command) -> str:
    words = iter(command.words)
    for word in words:
        if word in ("--url",):
            return next(words, "")
        if word in WITH_VALUE or re.fullmatch(r"-[a-zA-Z]*[oHwmXud]", word):
            next(words, None)
        elif not word.startswith("-") and URL.match(word):
            return word if "://" in word else f"http://{word}"
    return ""


def has_flag(command: Command, letter: str, *long: str) -> bool:
    return command.has(*long) or any(re.fullmatch(rf"-[A-Za-z]*{letter}[A-Za-z]*", word) for word in command.words)
