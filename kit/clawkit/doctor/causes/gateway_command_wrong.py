"""The container that the proxy asks runs something else than the gateway: a shell, a wizard, an errand."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.links import OURS, Reach, links
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import HOPELESS, gateways
from clawkit.doctor.reachable import OFFICIAL

SHELLS = ("sh", "bash", "ash", "zsh", "dash", "sleep", "tail", "cat", "true")
ERRANDS = ("onboard", "setup", "configure", "doctor", "dashboard", "tui", "agent", "status", "start", "install", "stop",
           "restart", "devices", "--version", "--help", "health", "logs")  # fmt: skip
"""Subcommands of openclaw, and of `openclaw gateway`, that end or wait for a terminal."""
MISSING = r"Cannot find module '(?P<file>/[^']*(?:dist|openclaw|moltbot|clawdbot)[^']*\.m?js)'(?! imported)"
TINI = r"\[FATAL tini \(\d+\)\] exec (?P<file>\S+) failed: No such file"
NO_PROGRAM = re.compile(
    r'exec: \\?"(?P<file>[^"\\]+)\\?": (?:executable file not found|stat .*no such file|permission denied)'
)
INTERPRETER = (
    r"^exec (?P<file>/\S+): no such file or directory|"
    r"env: [\u2018']?(?:ba|da)?sh(?:\\r|\r|\?)[\u2019']?: No such file"
)
USAGE = (
    r"^(?P<usage>Usage: (?:openclaw|clawdbot|moltbot)\b)|^error: unknown (?P<what>option|command) '(?P<word>[^']+)'|"
    r"^(?P<port>Invalid port)\b"
)
ENDS = r"exited with code [1-9]|Main process exited"
VERB = re.compile(r"[a-z][a-z-]*")


def judge(setup: Setup) -> Finding | None:
    for service in _asked(setup):
        words = _words(service)
        other = _other(words) or _without_program(service, words)
        if other:
            command = service.command or service.entrypoint
            return Finding(
                summary=f'service {service.name} runs "{" ".join(words)}", {other}, so nothing listens there',
                fix=Fix(
                    f'take command: and entrypoint: out of {service.name}, or write command: ["node", "openclaw.mjs", '
                    '"gateway", "--bind", "lan"]',
                    "docker compose up -d",
                ),
                evidence=at(command.at if command else service.at),
            )
    return _said(setup) or _answered(setup)


def _answered(setup: Setup) -> Finding | None:
    """What OpenClaw's command line says to words that it does not know, as the last of what ends again and again."""
    said = last_words(setup, USAGE, Speaker.GATEWAY)
    ends = next(setup.said(ENDS), None) or any(one.state in HOPELESS for one in gateways(setup))
    if said is None or not ends:
        return None
    line, match = said
    why = f"its {match['what']} {match['word']} is none of this release" if match["what"] else (
        "what --port or OPENCLAW_GATEWAY_PORT holds is no port" if match["port"] else "it names no command, so help is "
        "all that it prints")  # fmt: skip
    return Finding(
        summary=f"the gateway's command line is wrong: {why}",
        fix=Fix('take command: and entrypoint: out, or write command: ["node", "openclaw.mjs", "gateway", "--bind", '
                '"lan"]; in a unit ExecStart=… openclaw gateway --port 18789', "docker compose up -d"),
        evidence=at(line.at),
    )  # fmt: skip


def _said(setup: Setup) -> Finding | None:
    """Node's own word on a program that is not in the image."""
    said = last_words(setup, MISSING, Speaker.GATEWAY) or last_words(setup, TINI, Speaker.GATEWAY)
    if said is None:
        return _no_interpreter(setup) or _not_executed(setup)
    return Finding(
        summary=f"{said[1]['file']} does not exist in the gateway's image: its command is none of this version",
        fix=Fix('take command: and entrypoint: out, or write command: ["node", "openclaw.mjs", "gateway", "--bind", '
                '"lan"]', "docker compose up -d"),
        evidence=at(said[0].at),
    )  # fmt: skip


def _no_interpreter(setup: Setup) -> Finding | None:
    """The kernel's word on a script that is there: what its first line names is not."""
    said = last_words(setup, INTERPRETER, Speaker.GATEWAY)
    if said is None:
        return None
    name = said[1]["file"] or "the start script"
    return Finding(
        summary=f"{name} is started with a program that is not there: its first line ends as Windows ends lines (or "
        "names a shell that the image lacks)",
        fix=Fix("give it Unix line ends and build or mount it again (git: *.sh text eol=lf in .gitattributes)",
                f"sed -i 's/\\r$//' {name.rsplit('/', 1)[-1]} && docker compose up -d --build"),
        evidence=at(said[0].at),
    )  # fmt: skip


def _not_executed(setup: Setup) -> Finding | None:
    """The engine's word on a program that the gateway's container was to begin with."""
    for container in gateways(setup):
        found = NO_PROGRAM.search(container.error)
        if found and not container.running:
            return Finding(
                summary=f"{container.name} is to run {found['file']}, which the gateway's image does not have",
                fix=Fix('take command: and entrypoint: out, or write command: ["node", "openclaw.mjs", "gateway", '
                        '"--bind", "lan"]', "docker compose up -d"),
                evidence=at(container.at),
            )  # fmt: skip
    return None


def _asked(setup: Setup) -> list[Service]:
    """Services of OpenClaw's image that are meant to be the gateway: asked by the proxy, or the only one."""
    ours = [one for one in setup.services() if one.image and OURS.search(one.image.value.rsplit("/", 1)[-1])]
    targets = {link.service.name for link in links(setup) if link.reach is Reach.SERVICE and link.service}
    return [one for one in ours if one.name in targets or len(ours) == 1]


def _words(service: Service) -> tuple[str, ...]:
    parts = [*(service.entrypoint.value if service.entrypoint else ())]
    parts += [*(service.command.value if service.command else ())]
    return tuple(word for part in parts for word in part.split())


def _other(words: tuple[str, ...]) -> str:
    """Empty where it is, or may be, the gateway."""
    plain = [word for word in words if word not in ("tini", "-s", "--", "exec", "docker-entrypoint.sh")]
    if not plain:
        return ""
    index = next((at for at, word in enumerate(plain) if word == "gateway"), None)
    if index is not None:
        following = next((word for word in plain[index + 1 :] if not word.startswith("-")), "")
        return f"and `gateway {following}` returns at once" if following in ERRANDS else ""
    first = plain[0].rsplit("/", 1)[-1]
    if first in SHELLS and (len(plain) == 1 or first in ("sleep", "tail", "cat", "true") or plain[1:] == ["-l"]):
        return "which is no gateway"
    errand = next((word for word in plain if word in ERRANDS), "")
    if errand and any(_program(word) for word in plain):
        return "which is no gateway: it ends, or waits for a terminal"
    if _options_alone(plain):
        return "and options without the command gateway start nothing"
    verb = _verb(plain)
    return f"and `{verb}` is not the command that starts a gateway" if verb else ""


def _without_program(service: Service, words: tuple[str, ...]) -> str:
    """The official image's entrypoint is tini alone, which runs the first word as a program."""
    image = service.image.value if service.image else ""
    first = words[0] if words else ""
    if service.entrypoint is not None or not OFFICIAL.match(image) or first not in ("gateway", *ERRANDS):
        return ""
    return f"and the image has no program {first}"


def _options_alone(plain: list[str]) -> bool:
    """`--bind` and `--port` are options of `gateway`, not of openclaw."""
    at = next((at for at, word in enumerate(plain) if _program(word)), len(plain))
    rest = plain[at + 1 :]
    return bool(rest) and rest[0].startswith("-") and any(word.split("=")[0] in ("--bind", "--port") for word in rest)


def _program(word: str) -> bool:
    return OURS.search(word) is not None or word.endswith(("index.js", "entry.js"))


def _verb(plain: list[str]) -> str:
    """The word right after OpenClaw's program, if it is a command; what an option takes is nobody's guess."""
    at = next((at for at, word in enumerate(plain) if _program(word)), len(plain))
    following = plain[at + 1] if at + 1 < len(plain) else ""
    return following if VERB.fullmatch(following) and not following.startswith("gateway") else ""


CAUSE = Cause(
    slug="gateway-command-wrong",
    title="the gateway's container runs the gateway",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.COMPOSE, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "healthcheck-too-impatient", "upstream-wrong-port"}),
)
