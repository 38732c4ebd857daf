"""There is no openclaw.json where OpenClaw looks."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.bind import covered
from clawkit.doctor.model.compose import Mount, Service
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import gateway_services
from clawkit.doctor.verdict import serves, whole

WORDS = (
    r"^(?:\S+ )?Missing config\.|Missing config\. Run|config file (?:does not exist|not found)|ENOENT: .*openclaw\.json"
)


OFFICIAL = re.compile(r"^(?:ghcr\.io/|docker\.io/)?openclaw/openclaw(?:[:@]|$)")
HOME = "/home/node"
MOVED = ("HOME", "OPENCLAW_HOME", "OPENCLAW_STATE_DIR", "OPENCLAW_CONFIG_PATH", "OPENCLAW_CONFIG_DIR")
STATE = re.compile(r"/\.(?:openclaw|clawdbot|moltbot)/?$")

WRITES_ONE = re.compile(r"allow-unconfigured|setup|onboard|\bsh\b|bash|&&")
"""A command that may make the file before the gateway starts, or that starts without."""


def judge(setup: Setup) -> Finding | None:
    elsewhere = next((mount for service in gateway_services(setup) if (mount := _elsewhere(service))), None)
    if elsewhere is not None and not serves(setup):
        words = f"{elsewhere.source} is mounted at {elsewhere.target}, and the image's user looks in {HOME}/.openclaw"
        said = last_words(setup, WORDS, Speaker.GATEWAY)
        return _finding(f"{words} (exit 78)", Severity.ERROR, elsewhere.at, *([said[0].at] if said else []))
    for service in gateway_services(setup):
        told = _told(service)
        if told is not None and not serves(setup):
            said = last_words(setup, WORDS, Speaker.GATEWAY)
            words = f"service {service.name} looks for {told.value}, where nothing is mounted (exit 78)"
            return _finding(words, Severity.ERROR, told.at, service.at, *([said[0].at] if said else []))
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    for gateway in setup.gateways:
        if whole(gateway) and gateway.at.source.endswith("openclaw.json") and found and not setup.containers:
            return None  # the log is older than this file
    if found is None:
        return None
    line, _ = found
    return _finding("there is no openclaw.json where the gateway looks (exit 78)", Severity.ERROR, line.at)


def _elsewhere(service: Service) -> Mount | None:
    """A state folder of the right name below another home than that of the official image's user."""
    own = service.image is not None and OFFICIAL.match(service.image.value)
    if not own or service.env_unseen or service.user or any(name in service.environment for name in MOVED):
        return None
    if any(f"{HOME}/.openclaw/".startswith(f"{mount.target.rstrip('/')}/") for mount in service.mounts):
        return None
    return next((mount for mount in service.mounts if STATE.search(mount.target)), None)


def _told(service: Service) -> Value[str] | None:
    """The path that a variable names, where neither the image nor a mount has a file."""
    own = service.image is not None and OFFICIAL.match(service.image.value) and service.built is None
    words = " ".join(word for part in (service.entrypoint, service.command) if part for word in part.value)
    if not own or WRITES_ONE.search(words):
        return None
    told = service.environment.get("OPENCLAW_CONFIG_PATH") or service.environment.get("OPENCLAW_STATE_DIR")
    return told if told and told.value.startswith("/") and not covered(service, told.value) else None


def _finding(summary: str, severity: Severity, *places: Place) -> Finding:
    return Finding(
        summary=summary,
        fix=Fix(
            "put openclaw.json with gateway.mode local into the directory that is mounted at "
            "/home/node/.openclaw, or run openclaw setup once",
            "docker compose run --rm openclaw node openclaw.mjs setup",
        ),
        evidence=at(*places),
        severity=severity,
    )


CAUSE = Cause(
    slug="config-missing",
    title="openclaw.json is there",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running"}),
)
