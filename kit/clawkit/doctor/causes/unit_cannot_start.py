"""systemd cannot start the program of a unit: path, user, folder, or a `node` that only the shell knows."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.links import OURS
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.host import Unit
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import PROXY, gateways
from clawkit.doctor.verdict import serves

ENVIRONMENT = -1
"""Before any step: systemd gives no status for it."""
STEPS = {
    200: ("CHDIR", "its WorkingDirectory does not exist or may not be entered", "WorkingDirectory="),
    203: ("EXEC", "the program of ExecStart does not exist or cannot be executed", "ExecStart="),
    216: ("GROUP", "its group does not exist", "Group="),
    217: ("USER", "its user does not exist", "User="),
    209: ("STDOUT", "its output file cannot be opened", "StandardOutput="),
    ENVIRONMENT: ("resources", "its environment file does not exist", "EnvironmentFile="),
    226: ("NAMESPACE", "a path of ReadWritePaths or the like does not exist", "ReadWritePaths="),
    127: (
        "node",
        "node is not on systemd's PATH (nvm puts it on your shell's only)",
        "ExecStart= or Environment=PATH=",
    ),
}
SAID = (
    r"Failed at step (\w+) spawning (\S+): (.+)|status=(\d+)/(CHDIR|EXEC|GROUP|USER|STDOUT|NAMESPACE)|"
    r"env: [\u2018'\"]?node[\u2019'\"]?: No such file|Failed to locate executable (\S+): (.+)|"
    r"(?:openclaw|clawdbot|moltbot): (?:command )?not found|Failed to load environment files: |"
    r"Unable to locate executable '?(\S+?)'?: (.+)"
)
REFUSED = (
    r"Failed to (?:re)?start \S+: Unit (?P<name>\S+) (?P<why>is masked|not found|has a bad unit file setting)|"
    r"(?P<late>\S+\.service): start operation timed out"
)
WHY = {
    "is masked": ("it is masked", "take the mask off", "systemctl unmask {unit} && systemctl start {unit}"),
    "not found": (
        "there is no such unit",
        "start the unit that exists: openclaw gateway install makes one of the user, for systemctl --user",
        "systemctl list-unit-files '*claw*'; systemctl --user list-unit-files '*claw*'",
    ),
    "has a bad unit file setting": (
        "its file has an error",
        "mend the line that systemd names",
        "systemd-analyze verify {unit}",
    ),
    "": (
        "it did not say in time that it is ready",
        "Type=exec instead of notify, which OpenClaw does not answer; on a slow machine TimeoutStartSec=5min",
        "systemctl cat {unit}",
    ),
}
MOVED = re.compile(r"Cannot find module '(/[^']*(?:openclaw|clawdbot|moltbot)[^']*\.m?js)'(?! imported)")
IMAGES = re.compile(r"^/(?:app|usr/src/app|opt/openclaw)/")
"""Where an image keeps the program: a container's command, not a unit's."""


def judge(setup: Setup) -> Finding | None:
    for unit in setup.host.units:
        named = f"{unit.name} {unit.command.value if unit.command else ''}"
        failed = unit.exit_code in STEPS and unit.active != "active"
        if failed and unit.exit_code and (OURS.search(named) or PROXY.search(unit.name)):
            _, why, key = STEPS[unit.exit_code]
            return _finding(unit.name, f"{why} (status {unit.exit_code})", key, unit, unit.at)
    return _moved(setup) or _logged(setup) or _refused(setup)


def _refused(setup: Setup) -> Finding | None:
    """systemd's word on the unit itself. Beside a gateway that runs elsewhere somebody only asked for the wrong one."""
    found = last_words(setup, REFUSED, Speaker.GATEWAY)
    name = (found[1]["name"] or found[1]["late"]) if found else ""
    up = any(unit.active == "active" and OURS.search(unit.name) for unit in setup.host.units)
    if found is None or up or not OURS.search(name) or gateways(setup) or setup.compose or serves(setup):
        return None
    why, fix, command = WHY[(found[1]["why"] or "").lower()]
    return Finding(
        summary=f"systemd does not start {name.rstrip('.:')}: {why}",
        fix=Fix(fix, command.format(unit=name.rstrip(".:"))),
        evidence=at(found[0].at),
    )


def _logged(setup: Setup) -> Finding | None:
    found = last_words(setup, SAID, Speaker.GATEWAY, Speaker.NGINX, Speaker.CADDY)
    if found is None or any(unit.active == "active" and OURS.search(unit.name) for unit in setup.host.units):
        return None
    line, match = found
    step = (match[1] or match[5] or _step(match)).upper()
    _, why, key = next((each for each in STEPS.values() if each[0].upper() == step), STEPS[127])
    path = match[2] or match[6] or match[8] or ""
    return _finding("the unit", why + (f": {path.rstrip(':')}" if path else ""), key, _of(setup), line.at)


def _step(match: re.Match[str]) -> str:
    if "environment files" in match[0]:
        return "resources"
    return "EXEC" if match[6] or match[8] else "node"


def _moved(setup: Setup) -> Finding | None:
    """Node's word on the program that a unit names by the path of an OpenClaw that an upgrade has taken away."""
    found = last_words(setup, MOVED.pattern, Speaker.GATEWAY)
    units = [unit for unit in setup.host.units if unit.command and OURS.search(f"{unit.name} {unit.command.value}")]
    if found is None or IMAGES.match(found[1][1]) or any(unit.active == "active" for unit in units):
        return None
    if not any(found[1][1] in unit.command.value for unit in units if unit.command):
        return None
    unit, line = units[0], units[0].command
    scope = "--user " if unit.user_scope else ""
    return Finding(
        summary=f"systemd cannot start {unit.name}: {found[1][1]} is gone, an upgrade put OpenClaw elsewhere",
        fix=Fix("write the unit anew for the OpenClaw that is installed now",
                f"openclaw gateway install --force && systemctl {scope}restart {unit.name}"),
        evidence=at(found[0].at, *([line.at] if line else [])),
    )  # fmt: skip


def _of(setup: Setup) -> Unit | None:
    return next((unit for unit in setup.host.units if unit.command and OURS.search(unit.name)), None)


def _finding(name: str, why: str, key: str, unit: Unit | None, place: Place) -> Finding:
    line = unit.command.at if unit is not None and unit.command else None
    written = re.sub(r"\s+", " ", unit.command.value) if unit is not None and unit.command else ""
    return Finding(
        summary=f"systemd cannot start {name}: {why}" + (f"; ExecStart={written}" if written and "Exec" in key else ""),
        fix=Fix(f"correct {key} in the unit (an absolute path: command -v openclaw node)",
                "sudo systemctl daemon-reload && sudo systemctl restart openclaw"),
        evidence=at(place, *([line] if line else [])),
    )  # fmt: skip


CAUSE = Cause(
    slug="unit-cannot-start",
    title="systemd finds the program, its user and its folder",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.HOST, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running", "gateway-command-wrong"}),
)
