"""Compose refuses its file, so nothing of the project starts or changes."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.links import sites
from clawkit.doctor.model.compose import Compose
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

OTHERS = ("port-conflict", "required-variable", "missing-file")
"""Kinds that have a cause of their own."""
CUT = ("undefined-volume", "undefined-network")
"""What a file lacks that was cut before it was given."""
WORDS = (
    r"^(?:yaml: .*|parsing .*\.ya?ml: .*|validating .*\.ya?ml: .*|.*: invalid compose project|"
    r"service \S+: (?:secret|config) not found: .*|"
    r"(?:Error response from daemon: )?Duplicate mount point: .*|"
    r"(?:ERROR: )?The Compose file .* is invalid.*|.* Additional property \S+ is not allowed|"
    r'.*service "\S+" (?:refers to|depends on) undefined .*|.*dependency cycle detected.*|.*mapping key "\S+" already'
    r" defined.*|no configuration file provided: not found|(?:services|networks|volumes)\S* must be a .*)$"
)
FIXES = {
    "undefined-network": "define that network under the top-level networks:",
    "undefined-volume": "define that volume under the top-level volumes:",
    "undefined-service": "write the name of a service that exists (one behind a profile counts only with its profile)",
    "cycle": "take one depends_on out of the circle",
    "duplicate-key": "join the two entries of that key",
    "network-mode": "give it to the service whose network is joined",
    "no-image": "give the service an image: or a build:",
    "image-unset": "set that variable in .env, or write the image itself",
}


def judge(setup: Setup) -> Finding | None:
    for project in setup.compose:
        for problem in project.problems:
            cut = problem.kind in CUT and _runs(setup)
            ours = problem.fatal and problem.kind not in OTHERS and _concerns(setup, project)
            if ours and not cut and not _started(setup, project.files):
                return _finding(problem.message, problem.at, FIXES.get(problem.kind, "mend that line"))
    found = last_words(setup, WORDS, Speaker.DOCKER) if not setup.compose else None
    if found is None:
        return None
    return _finding(found[0].text.strip(), found[0].at, "mend that line of the compose file")


def _concerns(setup: Setup, project: Compose) -> bool:
    """Of several projects those in which the gateway or its proxy runs; all, where none of them is told."""
    served = {gateway.service for gateway in setup.gateways if gateway.service}
    served |= {proxy.service for proxy, _ in sites(setup) if proxy.service}
    named = [one for one in setup.compose if served & set(one.services)]
    return project in named or not named


def _runs(setup: Setup) -> bool:
    """Compose has taken the whole file: its containers speak, and nobody heard it refuse."""
    speaks = next(setup.said(r"", Speaker.GATEWAY), None) or any(one.service for one in setup.containers)
    return bool(speaks) and last_words(setup, WORDS, Speaker.DOCKER) is None


def _started(setup: Setup, files: tuple[str, ...]) -> bool:
    """A file that Compose took cannot be refused: what was read here is a part of it."""
    pasted = any(file.endswith((".md", ".txt")) for file in files)
    return pasted and any(container.running and container.service for container in setup.containers)


def _finding(message: str, place: Place, fix: str) -> Finding:
    words = re.sub(r"\s+", " ", message.strip().rstrip("."))
    return Finding(
        summary=f"Compose refuses {place.source}: {words}",
        fix=Fix(f"{place}: {fix}; docker compose config -q says whether it is well", "docker compose config -q"),
        evidence=at(place),
    )


CAUSE = Cause(
    slug="compose-file-invalid",
    title="Compose accepts its file",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.REFUSED, Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.COMPOSE, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running", "no-common-network", "upstream-name-unknown"}),
)
