"""The configuration of a container, as files for the readers, and whether the running program has taken it up."""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.place import Problem
from clawkit.doctor.readers.live import caddy, nginx, openclaw
from clawkit.doctor.readers.live.role import Role, role
from clawkit.doctor.readers.text import TextFile
from clawkit.engine.view import View


@dataclass(frozen=True, slots=True)
class Configuration:
    files: tuple[TextFile, ...] = ()
    words: TextFile | None = None
    """What the program says against its configuration on disk, as in a log of its own."""
    unloaded: tuple[Problem, ...] = ()


def configuration(view: View, container: Container) -> Configuration:
    """Of a proxy or a gateway, whoever made it; empty for any other container."""
    what = role(container)
    if what is Role.NGINX:
        files, words, unloaded = nginx.look(view, container)
        return Configuration(files, words, unloaded)
    if what is Role.CADDY:
        return Configuration(*caddy.look(view, container))
    if what is Role.GATEWAY:
        found = openclaw.look(view, container)
        return Configuration((found,) if found else ())
    return Configuration()
