"""What the gateway really does: flags over its environment over openclaw.json over the defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.gateway import Gateway, Token, TokenKind
from clawkit.doctor.model.host import Unit
from clawkit.doctor.model.place import Place, Problem, Value
from clawkit.doctor.readers.compose.units import words
from clawkit.doctor.readers.lines import MASK
from clawkit.doctor.readers.openclaw import secrets, shape
from clawkit.doctor.readers.openclaw.config import INVALID_BIND, MODES
from clawkit.doctor.readers.openclaw.service import Flags, command_line, flags, split

HOME = "/home/node/.openclaw"
_TAG = re.compile(r":(\d{4}\.\d+\.\d+[\w.-]*)(?:@|$)")
_PORT = re.compile(r"(?:(?:\[[^\]]+\]|[^:]+):)?(\d+)")
"""A number, or an address with one: OpenClaw takes Compose's HOST:PORT too (parseGatewayPortEnvValue)."""
_OFF = ("", "0", "false", "no", "off")
MISSING_MODE = (
    "Gateway start blocked: existing config is missing gateway.mode. Treat this as suspicious or clobbered config. "
    "Re-run `openclaw onboard --mode local` or `openclaw setup`, set gateway.mode=local manually, or pass "
    "--allow-unconfigured."
)
REMOTE_MODE = "Gateway start blocked: set gateway.mode=local (current: remote) or pass --allow-unconfigured."


@dataclass(frozen=True, slots=True)
class _Run:
    """How it is started: by a service, by a unit, or by nobody that was seen."""

    at: Place
    environment: Mapping[str, Value[str]]
    unsure: Mapping[str, bool | None]
    """Names that may still come from somewhere: False where only the shell is left, None where a file was not seen."""
    flags: Flags
    complete: bool
    """The environment is known whole: what is not in it is not set."""
    read_only: bool


def effective(gateway: Gateway | None, service: Service | None = None, unit: Unit | None = None) -> Gateway:
    """`gateway` as its file has it, or None without one. With a service the unit is not asked: two are two gateways."""
    run = _of_service(service) if service else _of_unit(unit) if unit else None
    base = gateway or Gateway(at=run.at if run else Place("openclaw.json", None, ""), has_config=False)
    if run is None:
        return _judged(base, read_only=False)
    made = replace(
        base,
        port=_port(run, base),
        bind=run.flags.get("bind") or base.bind,
        auth_mode=run.flags.get("auth") or base.auth_mode,
        tailscale_mode=run.flags.get("tailscale") or base.tailscale_mode,
        token=_secret(run, "token", "OPENCLAW_GATEWAY_TOKEN", base.token),
        password=_secret(run, "password", "OPENCLAW_GATEWAY_PASSWORD", base.password),
        service=service.name if service else base.service,
        version=_version(service) or base.version,
        allow_unconfigured=run.flags.get("allow-unconfigured") is not None,
        restart_sources=_restarts(service, unit),
    )
    bind = run.flags.get("bind")
    if bind is not None and bind.value not in MODES:
        made = replace(made, problems=(*made.problems, Problem(INVALID_BIND, bind.at, "bind")))
    return _judged(made, run.read_only)


def _of_service(service: Service) -> _Run:
    line = command_line(service)
    command = service.command or service.entrypoint
    at = command.at if command else service.at
    readonly = service.environment.get("OPENCLAW_CONFIG_READONLY")
    return _Run(
        at=service.at,
        environment=service.environment,
        unsure={name: False if value.value else None for name, value in service.inherited.items()},
        flags=flags(line, at),
        complete=not service.env_unseen,
        read_only=_on(readonly) or _mounted_read_only(service),
    )


def _of_unit(unit: Unit) -> _Run:
    line = split(words(unit.command.value)) if unit.command else ()
    return _Run(
        at=unit.at,
        environment=unit.environment,
        unsure={},
        flags=flags(line, unit.command.at if unit.command else unit.at),
        complete=False,
        read_only=_on(unit.environment.get("OPENCLAW_CONFIG_READONLY")),
    )


def _on(value: Value[str] | None) -> bool:
    return value is not None and value.value.strip().lower() not in _OFF


def _mounted_read_only(service: Service) -> bool:
    """The mount that holds openclaw.json, the innermost one, is read-only."""
    written = service.environment.get("OPENCLAW_CONFIG_PATH")
    state = service.environment.get("OPENCLAW_STATE_DIR")
    folder = state.value if state and state.value else HOME
    path = written.value if written and written.value else f"{folder}/openclaw.json"
    holding = [m for m in service.mounts if path == m.target or path.startswith(m.target.rstrip("/") + "/")]
    return bool(holding) and max(holding, key=lambda mount: len(mount.target)).read_only


def _port(run: _Run, base: Gateway) -> Value[int] | None:
    for given in (run.flags.get("port"), run.environment.get("OPENCLAW_GATEWAY_PORT")):
        match = _PORT.fullmatch(given.value.strip()) if given else None
        if given and match and 1 <= int(match.group(1)) <= 65535:
            return Value(int(match.group(1)), given.at)
    return base.port or _of_profile(run)


def _of_profile(run: _Run) -> Value[int] | None:
    """A named profile has a port of its own: 20000 + FNV-1a of the name, modulo 40000 (resolveGatewayPort)."""
    profile = run.environment.get("OPENCLAW_PROFILE")
    name = profile.value.strip() if profile else ""
    if profile is None or not name or name.lower() == "default":
        return None
    number = 2166136261
    for byte in name.encode():
        number = ((number ^ byte) * 16777619) & 0xFFFFFFFF
    return Value(20000 + number % 40000, profile.at)


def _secret(run: _Run, flag: str, variable: str, base: Token | None) -> Token | None:
    """A flag beats the file and the file beats the variable: measured, the other way round than with the port."""
    given = run.flags.get(flag)
    if given is not None and given.value:
        return _given(run, given)
    if base is not None and base.kind is TokenKind.ENVIRONMENT:
        return _resolved(run, base)
    if base is not None:
        return base
    value = run.environment.get(variable)
    if value is not None and value.value.strip():
        return secrets.environment(variable, value, value.at, strict=True)
    if variable in run.unsure:
        at = value.at if value else run.at
        return Token(TokenKind.ENVIRONMENT, at, variable, resolved=run.unsure[variable], strict=False)
    return None


def _given(run: _Run, given: Value[str]) -> Token:
    at = replace(given.at, text=given.at.text.replace(given.value, MASK))
    if given.value.startswith("$"):
        name = given.value.strip("${}")
        return _resolved(run, Token(TokenKind.ENVIRONMENT, given.at, name, strict=False))
    return secrets.literal(given.value, at)


def _resolved(run: _Run, token: Token) -> Token:
    value = run.environment.get(token.name)
    if value is not None and (value.value.strip() or token.name not in run.unsure):
        return secrets.environment(token.name, value, token.at, token.strict)
    if token.name in run.unsure:
        return replace(token, resolved=run.unsure[token.name])
    if token.resolved is None and run.complete:
        return replace(token, resolved=False)
    return token


def _version(service: Service | None) -> str | None:
    match = _TAG.search(service.image.value) if service and service.image else None
    return match.group(1) if match else None


def _restarts(service: Service | None, unit: Unit | None) -> tuple[Place, ...]:
    if service is not None:
        return (service.restart.at,) if service.restart and service.restart.value != "no" else ()
    return (unit.at,) if unit and unit.restart not in ("", "no") else ()


_OLD = re.compile(r"gateway\.(?:[^.]+|(?:controlUi|auth)\.[^.]+)$")


def _judged(made: Gateway, read_only: bool) -> Gateway:
    """Retired keys are mended at start only where the file may be written and nothing else is wrong with it. Of another
    version, as the image or the file itself tells, only the gateway's own keys are known well enough to speak of."""
    another = made.version not in (None, shape.known().version)
    if another:
        made = replace(made, unknown_keys=tuple(key for key in made.unknown_keys if _OLD.match(key.value)))
    if made.retired_keys and (read_only or made.unknown_keys or (made.problems and not another)):
        made = replace(made, unknown_keys=(*made.unknown_keys, *made.retired_keys))
    unread = any(problem.kind == "syntax" for problem in made.problems)
    if made.has_config and not unread and not made.allow_unconfigured and not made.unseen:
        if made.mode is None:
            made = replace(made, problems=(*made.problems, Problem(MISSING_MODE, made.at, "mode-missing")))
        elif made.mode.value == "remote":
            made = replace(made, problems=(*made.problems, Problem(REMOTE_MODE, made.mode.at, "mode-remote")))
    return made
