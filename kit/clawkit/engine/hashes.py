"""Which containers `docker compose up` would create, replace or remove: Compose's own hash of each service."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from clawkit.engine.docker import plain
from clawkit.engine.ports import Project

SERVICE = "com.docker.compose.service"
HASH = "com.docker.compose.config-hash"
"""Labels that Compose v2 puts on each container; it replaces one whose hash differs (pkg/api/labels.go)."""


class Fate(StrEnum):
    CREATED = "created"
    REPLACED = "replaced"
    REMOVED = "removed"
    STARTED = "started"
    RELOADED = "reloaded"
    """Goes on running, with another configuration."""
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Container:
    hash: str
    running: bool


def wanted(project: Project, compose: str) -> Mapping[str, str]:
    """Service -> hash that it would have by this text of compose.yaml, with the overrides that lie there."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(compose)
        file.flush()
        main = project.folder / "compose.yaml"
        names = [file.name if path == main else str(path) for path in project.files]
        words = ["docker", "compose", "--project-name", project.name, "--project-directory", str(project.folder)]
        said = plain([*words, *(word for name in names for word in ("--file", name)), "config", "--hash", "*"],
                     "docker compose config")  # fmt: skip
    return dict(line.split() for line in said.splitlines() if line.strip())


def present(project: str) -> Mapping[str, Container]:
    """Service -> its container, running or not."""
    filters = ["--filter", f"label=com.docker.compose.project={project}"]
    form = f'{{{{json .State}}}} {{{{json (.Label "{SERVICE}")}}}} {{{{json (.Label "{HASH}")}}}}'
    rows = plain(["docker", "ps", "--all", *filters, "--format", form], "docker ps").splitlines()
    found = (tuple(json.loads(word) for word in row.split(" ")) for row in rows if row)
    return {service: Container(value, state == "running") for state, service, value in found if service}


def fates(wanted: Mapping[str, str], present: Mapping[str, Container],
          told: Collection[str] = ()) -> dict[str, Fate]:  # fmt: skip
    """Service -> what becomes of its container; judges only. `told`: those that take up new files as they run."""
    found = {name: _fate(value, present.get(name)) for name, value in wanted.items()}
    found |= {name: Fate.RELOADED for name in told if found.get(name) is Fate.KEPT}
    return {**found, **{name: Fate.REMOVED for name in present if name not in wanted}}


def _fate(value: str, there: Container | None) -> Fate:
    if there is None:
        return Fate.CREATED
    if there.hash != value:
        return Fate.REPLACED
    return Fate.KEPT if there.running else Fate.STARTED
