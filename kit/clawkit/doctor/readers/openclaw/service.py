"""Which compose service runs the gateway, and with which flags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.readers.compose.units import words

_IMAGE = re.compile(r"openclaw|clawdbot|moltbot|\bclawd\b", re.IGNORECASE)
_OTHER = re.compile(
    r"sandbox|browser|proxy|nginx|caddy|traefik|certbot|-cli\b|/cli\b|backup|exporter|mock", re.IGNORECASE
)
"""Images of its family that are no gateway. A tag such as `2026.9.6-browser` is one: only the name is looked at."""
_PROGRAM = re.compile(r"(?:^|/)(?:openclaw|clawdbot|moltbot|openclaw\.mjs)$|(?:^|/)dist/(?:index|entry)\.m?js$")
_VARIABLE = re.compile(r"^(?:OPENCLAW|CLAWDBOT|MOLTBOT)_(?!\w*(?:URL|UPSTREAM|ENDPOINT|HOST|ADDRESS)$)")
"""Of the gateway itself; who is told where it is, is a client of it."""
_ELSEWHERE = re.compile(r"(?:https?|wss?)://(?!localhost|127\.|0\.0\.0\.0|host\.docker)[\w.-]+:18789\b")
"""Who is told that the gateway is another container is none: a dashboard, a bot."""
FLAGS = frozenset({"--port", "--bind", "--token", "--auth", "--password", "--password-file", "--tailscale"})
SWITCHES = frozenset({"--allow-unconfigured", "--dev", "--force"})
_BESIDE = re.compile(r"cli\b|sandbox|browser")
_STARTS = ("gateway", "daemon")
_ERRANDS = re.compile(
    "auth-token|call|diagnostics|discover|health|install|probe|restart|resume|stability|start|status|stop|suspend|"
    "uninstall|usage-cost"
)
"""Subcommands of `gateway` that run no gateway."""


def runs_gateway(service: Service) -> bool:
    """Not the CLI that shares the gateway's network, nor a sandbox, a browser or a proxy beside it."""
    line = command_line(service)
    if starts_gateway(line):
        return True
    if any(_ELSEWHERE.match(value.value) for value in service.environment.values()):
        return False
    name = _name(service.image.value) if service.image else ""
    if service.network_mode is not None and service.network_mode.value.startswith(("service:", "container:")):
        # the CLI shares the gateway's network and says what it runs; a gateway may share a VPN's or a pod's
        return not line and bool(_IMAGE.search(name)) and not _BESIDE.search(service.name)
    if name and _IMAGE.search(name) and not _OTHER.search(name):
        return not _runs_other(line)
    told = service.built is not None and any(map(_VARIABLE.match, service.environment))
    return told and not _OTHER.search(service.name) and not _runs_other(line)


def surely_gateway(service: Service) -> bool:
    """By what it starts, by its own name, or by an image that has OpenClaw's name and nothing more."""
    name = _name(service.image.value).rsplit("/", 1)[-1] if service.image else ""
    plain = re.fullmatch(r"(?:openclaw|clawdbot|moltbot)(?:-gateway)?", name, re.IGNORECASE)
    return starts_gateway(command_line(service)) or "gateway" in service.name or plain is not None


def _name(image: str) -> str:
    """Without digest, tag and the registry's host."""
    path = re.sub(r":[^/]*$", "", image.split("@")[0])
    return path.split("/", 1)[1] if "/" in path and re.search(r"[.:]|^localhost$", path.split("/")[0]) else path


def command_line(service: Service) -> tuple[str, ...]:
    """Entrypoint and command as one line of words, a shell's `-c` text split into its own."""
    parts = [
        *(service.entrypoint.value if service.entrypoint else ()),
        *(service.command.value if service.command else ()),
    ]
    return split(parts)


def split(parts: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for part in parts:
        found += words(part.replace("\n", " ")) if " " in part else [part]
    return tuple(found)


def starts_gateway(line: Sequence[str]) -> bool:
    """`openclaw gateway …`, `node dist/index.js gateway …`, or only `gateway …` for the image's entrypoint."""
    for index, word in enumerate(line):
        if word in _STARTS and (index == 0 or _started_by(line[:index])):
            following = next((other for other in line[index + 1 :] if not other.startswith("-")), "")
            return not _ERRANDS.fullmatch(following)
    return False


def _started_by(before: Sequence[str]) -> bool:
    return any(_PROGRAM.search(word) for word in before) or all(word.startswith("-") for word in before)


def _runs_other(line: Sequence[str]) -> bool:
    """A command is written and it is another one of OpenClaw's, or none of it at all."""
    program = next((index for index, word in enumerate(line) if _PROGRAM.search(word)), None)
    if program is not None:
        rest = [word for word in line[program + 1 :] if not word.startswith("-")]
        return bool(rest) and not starts_gateway(line)
    return bool(line) and line[0] in ("sleep", "tail", "nginx", "caddy", "redis-server", "postgres")


@dataclass(frozen=True, slots=True)
class Flags:
    """Of the command line, by name without dashes; switches hold an empty text."""

    given: dict[str, Value[str]] = field(default_factory=dict)

    def get(self, name: str) -> Value[str] | None:
        return self.given.get(name)


def flags(line: Sequence[str], at: Place) -> Flags:
    """Both `--port 1` and `--port=1`; the last of several counts."""
    found: dict[str, Value[str]] = {}
    for index, word in enumerate(line):
        name, equals, value = word.partition("=")
        if name in FLAGS and (equals or index + 1 < len(line)):
            found[name[2:]] = Value(value if equals else line[index + 1], at)
        elif name in SWITCHES:
            found[name[2:]] = Value("", at)
    return Flags(found)
