"""Templates of nginx's official image: what its entrypoint puts in at start, so that the result is what is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from clawkit.doctor.model.bind import beside
from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.readers.placement import candidates
from clawkit.doctor.readers.text import TextFile

FOLDER = "/etc/nginx/templates"
VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)\}|(?P<bare>\w+))")


def filled(file: TextFile, projects: Sequence[Compose]) -> TextFile:
    """20-envsubst-on-templates.sh replaces the names that are set in the container, and leaves nginx's own alone."""
    service = _of(file, projects) if file.path.suffix == ".template" else None
    if service is None:
        return file
    known = {name: value.value for name, value in service.environment.items()}
    return replace(
        file, text=VARIABLE.sub(lambda found: known.get(found["braced"] or found["bare"], found[0]), file.text)
    )


def _of(file: TextFile, projects: Sequence[Compose]) -> Service | None:
    """The service that mounts it where the entrypoint looks, else the only nginx."""
    for project in projects:
        for service in project.services.values():
            for mount in service.mounts:
                source = beside(project, mount.source) if mount.source else ""
                inside = file.shown == source or file.shown.startswith(f"{source}/")
                if source and inside and mount.target.startswith(FOLDER):
                    return service
    own = candidates(projects, ProxyKind.NGINX)
    return own[0] if len(own) == 1 else None
