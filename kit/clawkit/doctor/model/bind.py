"""Where a bind mount's source lies among the given files, and where a given file lies in the container."""

from __future__ import annotations

import posixpath

from clawkit.doctor.model.compose import Compose, Service


def beside(project: Compose, source: str) -> str:
    """A bind's source as the given files are named."""
    if source.startswith(("/", "~", "$")):
        return source
    return posixpath.normpath(posixpath.join(posixpath.dirname(project.at.source), source))


def inside(project: Compose, service: Service, file: str) -> str:
    """The path by which the service's process knows a given file; empty where no bind shows it one."""
    for mount in sorted(service.mounts, key=lambda mount: -len(mount.source)):
        source = beside(project, mount.source) if mount.kind == "bind" and mount.source else ""
        if source and file == source:
            return mount.target.rstrip("/")
        if source == "." or (source and file.startswith(f"{source}/")):
            below = file if source == "." else file[len(source) + 1 :]
            return f"{mount.target.rstrip('/')}/{below}"
    return ""


def covered(service: Service, path: str) -> bool:
    """Something is mounted at this path or at a folder above it."""
    return any(f"{path}/".startswith(f"{mount.target.rstrip('/')}/") for mount in service.mounts)
