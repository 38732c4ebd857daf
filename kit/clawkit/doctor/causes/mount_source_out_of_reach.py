"""The engine can neither see nor make the folder of the host that it is to mount."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import engine_words
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"error while creating mount source path '(?P<made>[^']+)': (?P<why>.*(?:read-only file system|permission denied|"
    r"operation not permitted|file exists|not a directory|no such file or directory))|"
    r"bind source path does not exist: (?P<absent>[^\s,]+)|"
    r"Error: statfs (?P<podman>[^\s:]+): no such file or directory|"
    r"the path (?P<unshared>\S+) is not shared from the host"
)
"""Docker's, Podman's, Docker Desktop's."""
SNAP = "read-only file system"


def judge(setup: Setup) -> Finding | None:
    found = engine_words(setup, WORDS)
    if found is None:
        return None
    place, match = found
    path = next(match[name] for name in ("made", "absent", "podman", "unshared") if match[name])
    why = match["why"] or ""
    return Finding(
        summary=f"the engine cannot mount {path}: {_what(why, unshared=bool(match['unshared']))}",
        fix=Fix(_fix(why, path), f"ls -ld {path}; snap list docker; docker info -f '{{{{.OperatingSystem}}}}'"),
        evidence=at(place),
    )


def _what(why: str, *, unshared: bool) -> str:
    if unshared:
        return "Docker Desktop's machine does not share that folder"
    if why.endswith(SNAP):
        return "for it that place is read-only, as with Docker from snap, which sees home directories alone"
    return "it may not make it there" if why else "there is no such folder where the engine runs"


def _fix(why: str, path: str) -> str:
    if why.endswith(SNAP):
        return "move the project below your home directory, or install Docker's own packages in place of the snap"
    return f"make {path} on the machine of the engine, or write the path that it has there"


CAUSE = Cause(
    slug="mount-source-out-of-reach",
    title="the engine reaches what it is to mount",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS, Part.CONTAINERS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running", "upstream-name-unknown"}),
)
