"""OpenClaw may not write its state directory: another owner, or a mount that is read-only."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.compose import Mount
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.host import Unit
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import gateway_services, gateway_units, gateways
from clawkit.doctor.verdict import serves

STATE = re.compile(r"(?:^|/)(?:\.?(?:openclaw|clawdbot|moltbot))/?$|^/home/node/?$")
WORDS = (
    r"(?:EACCES|EPERM|EROFS)\b[^']*'([^']*(?:openclaw|clawdbot|moltbot|/home/node|/state|/data|/config)[^']*)'|"
    r"EPERM: operation not permitted, f?ch(?:mod|own)\b|"
    r"EACCES: permission denied.*(?:openclaw|home/node)|shared state database is unreadable.*(?:EACCES|EROFS)|"
    r"attempt to write a readonly database|SQLITE_READONLY|SQLITE_CANTOPEN|unable to open database file"
)
HOSTS = (
    r"EACCES: permission denied, mkdir '(?P<path>/(?:Users|Volumes|volume\d+|mnt(?:/[^'/]+)?|home/(?!node')[^'/]+))'"
)
"""The first folder of a path that its container does not have: it is the host's."""
PROFILE = (
    r'apparmor="DENIED".*profile="(?P<profile>[^"]*(?:node|claw)[^"]*)".*name="(?P<path>[^"]*(?:openclaw|clawdbot|'
    r'moltbot)[^"]*)"'
)
BOXED = r"^ *Container \S+ +(?:Creat|Start|Runn|Recreat)|\bfile:///app/|/home/node/|\bat .*\(/app/"
NO = ("no", "false", "off", "0")
IMAGE_USER = "1000"
"""The official image runs as node, 1000:1000."""


def judge(setup: Setup) -> Finding | None:
    foreign = last_words(setup, HOSTS, Speaker.GATEWAY)
    if foreign is not None and _in_container(setup):
        return _foreign(foreign[1]["path"], foreign[0].at)
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    if found is not None:
        shut = _shut_in(setup, found[1][1] or "")
        if shut is not None:
            return _of_unit(*shut, found[0].at)
        readonly = "EROFS" in found[0].text or "readonly" in found[0].text
        what = "is mounted read-only" if readonly else "may not be written by the gateway's user"
        path = found[1][1] or "the state directory"
        return _finding(f"{path} {what}", _source(setup), found[0].at)
    if serves(setup):
        return None
    kept = last_words(setup, PROFILE, Speaker.GATEWAY, Speaker.KERNEL)
    if kept is not None:
        return _of_profile(kept[1]["profile"], kept[1]["path"], kept[0].at)
    for service in gateway_services(setup):
        for mount in service.mounts:
            if STATE.search(mount.target) and mount.read_only:
                return _finding(f"{mount.target} is mounted read-only", mount.source, mount.at)
            owner = _owner(setup, mount)
            user = service.user.value.split(":")[0] if service.user else IMAGE_USER
            if STATE.search(mount.target) and owner is not None and _shut(owner.value, user):
                words = f"{mount.source} belongs to {owner.value}, and the gateway runs as uid {user}"
                return _finding(words, mount.source, owner.at, mount.at)
    return None


def _in_container(setup: Setup) -> bool:
    """Compose, its containers, or a path of the image speaks in what was given."""
    return bool(setup.compose or gateways(setup) or any(setup.said(BOXED)))


def _foreign(path: str, said: Place) -> Finding:
    return Finding(
        summary=f"OpenClaw is told to work in a folder below {path}, which is the host's: its container has none",
        fix=Fix("in openclaw.json and in the container's environment write paths as the container has them "
                "(/home/node/.openclaw, /home/node/.openclaw/workspace); the host's go left of the colon in volumes",
                "docker compose exec openclaw env | grep OPENCLAW; grep -n workspace openclaw.json"),
        evidence=at(said),
    )  # fmt: skip


def _shut_in(setup: Setup, path: str) -> tuple[Unit, Value[str]] | None:
    """The setting of the gateway's own unit by which systemd keeps that path from it."""
    for unit in gateway_units(setup):
        own = unit.sandbox
        home, system = own.get("ProtectHome"), own.get("ProtectSystem")
        opened = " ".join(own[key].value for key in ("ReadWritePaths", "StateDirectory") if key in own)
        if home is not None and home.value.lower() not in NO and path.startswith(("/home/", "/root/")):
            return unit, home
        if system is not None and system.value.lower() == "strict" and not opened:
            return unit, system
    return None


def _of_unit(unit: Unit, setting: Value[str], said: Place) -> Finding:
    return Finding(
        summary=f"OpenClaw cannot write its state: {setting.at.text.strip()} in {unit.name} keeps it from the files",
        fix=Fix("ReadWritePaths=<the state directory> in [Service], and ProtectHome=no (or a state directory below "
                "/var/lib) if it lies in a home",
                f"sudo systemctl daemon-reload && sudo systemctl restart {unit.name}"),
        evidence=at(said, setting.at),
    )  # fmt: skip


def _of_profile(profile: str, path: str, said: Place) -> Finding:
    return Finding(
        summary=f"OpenClaw cannot use {path}: the AppArmor profile {profile} keeps it from the file",
        fix=Fix("allow that folder in the profile, or let it only complain",
                f"sudo aa-complain {profile}; sudo aa-logprof"),
        evidence=at(said),
    )  # fmt: skip


def _owner(setup: Setup, mount: Mount) -> Value[str] | None:
    tail = mount.source.lstrip("./~").rstrip("/").replace("${HOME}", "").replace("$HOME", "").lstrip("/")
    return next((value for path, value in setup.host.owners.items()
                 if tail and (path.rstrip("/") == mount.source.rstrip("/") or path.rstrip("/").endswith(f"/{tail}")
                              or path.lstrip("./").rstrip("/") == tail)), None)  # fmt: skip


def _shut(owner: str, user: str) -> bool:
    """Neither the owner nor open to all. Only numbers, and root, are certain."""
    who, _, mode = owner.partition(" ")
    uid = {"root": "0"}.get(who.split(":")[0], who.split(":")[0])
    if not uid.isdigit() or not user.isdigit() or user == "0" or uid == user or not mode:
        return False
    return int(mode[-1]) & 3 != 3


def _source(setup: Setup) -> str:
    mounts = [m for service in gateway_services(setup) for m in service.mounts if STATE.search(m.target)]
    return next((mount.source for mount in mounts if mount.kind == "bind"), "")


def _finding(words: str, source: str, *places: Place) -> Finding:
    path = source or "./state"
    readonly = "read-only" in words
    return Finding(
        summary=f"OpenClaw cannot write its state: {words}",
        fix=Fix("take :ro off the state volume" if readonly else f"give {path} to uid 1000",
                "docker compose up -d" if readonly else f"sudo chown -R 1000:1000 {path}"),
        evidence=at(*places),
    )  # fmt: skip


CAUSE = Cause(
    slug="state-volume-not-writable",
    title="the state directory can be written",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS, Part.COMPOSE),
    judge=judge,
    explains=frozenset({"gateway-not-running", "config-missing"}),
)
