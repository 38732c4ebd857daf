"""The gateway's container is read-only and leaves it no folder for its cache: it stops and blames its database."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import gateway_services
from clawkit.doctor.verdict import serves

WORDS = r"Unable to create fallback OpenClaw temp dir: ?(?P<path>\S*)"
CACHE = "/home/node/.cache"
FIX = Fix(
    "XDG_CACHE_HOME: /home/node/.openclaw/cache under environment: of the gateway, and tmpfs: [/tmp]",
    "docker compose up -d",
)


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    said = [found[0].at] if found else []
    for service in gateway_services(setup):
        if service.read_only and service.read_only.value and not _cached(service) and (said or _sure(setup, service)):
            return Finding(
                summary=f"service {service.name} is read_only and {CACHE} is no volume: OpenClaw has nowhere for its "
                "cache and stops (exit 78)",
                fix=FIX,
                evidence=at(service.read_only.at, *said),
            )
    if found is None:
        return None
    return Finding(
        summary=f"OpenClaw cannot create {found[1]['path'] or 'its cache folder'} and stops (exit 78)",
        fix=FIX,
        evidence=at(*said),
    )


def _sure(setup: Setup, service: Service) -> bool:
    """It is OpenClaw's own image, or lives in its user's home; what other images do with a cache is not known."""
    image = service.image.value if service.image else ""
    own = re.search(r"/(?:openclaw|moltbot|clawdbot)(?:[:@]|$)", image) is not None
    home = "/home/node"
    lives = any(mount.target.startswith(home) for mount in service.mounts)
    lives = lives or any(value.value.startswith(home) for value in service.environment.values())
    return (own or lives) and not serves(setup)


def _cached(service: Service) -> bool:
    """A volume, a tmpfs, or a cache folder that was put where one is."""
    moved = service.environment.get("XDG_CACHE_HOME")
    folder = moved.value if moved else CACHE
    open_ones = [mount.target for mount in service.mounts if not mount.read_only]
    open_ones += [value.value.split(":")[0] for value in service.tmpfs]
    return service.env_unseen or any(f"{folder}/".startswith(f"{path.rstrip('/')}/") for path in open_ones)


CAUSE = Cause(
    slug="cache-folder-not-writable",
    title="the gateway has a folder for its cache",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.COMPOSE, Part.LOGS),
    judge=judge,
    explains=frozenset({"state-volume-not-writable", "state-database-corrupt", "gateway-not-running"}),
)
