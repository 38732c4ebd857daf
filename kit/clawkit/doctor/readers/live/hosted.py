"""What runs on the host itself: nginx and Caddy by their configuration in /etc, a gateway by its unit."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.host import Unit
from clawkit.doctor.model.proxy import Proxy, Where
from clawkit.doctor.readers.collect import collect
from clawkit.doctor.readers.live.openclaw import NAMES
from clawkit.doctor.readers.live.role import GATEWAY
from clawkit.doctor.readers.text import TextFile

NGINX, CADDY = Path("/etc/nginx"), Path("/etc/caddy")
MEANT = re.compile(r"18789|claw|moltbot", re.IGNORECASE)
"""A host's proxy counts only where it names OpenClaw or its port: it may serve anything else."""


def proxies(nginx: Path = NGINX, caddy: Path = CADDY) -> tuple[Proxy, ...]:
    return (*_nginx(_files(nginx)), *_caddy(_files(caddy)))


def _files(folder: Path) -> tuple[TextFile, ...]:
    if not folder.is_dir():
        return ()
    found, _ = collect([folder])
    files = tuple(replace(file, shown=str(file.path)) for file in found)
    return files if any(MEANT.search(file.text) for file in files) else ()


def _nginx(files: tuple[TextFile, ...]) -> tuple[Proxy, ...]:
    if not files:
        return ()
    from clawkit.doctor.readers import nginx

    return tuple(replace(one, where=Where.HOST) for one in nginx.read(files))


def _caddy(files: tuple[TextFile, ...]) -> tuple[Proxy, ...]:
    if not files:
        return ()
    from clawkit.doctor.readers import caddy

    return tuple(replace(one, where=Where.HOST) for one in caddy.read(files))


def gateways(units: Sequence[Unit], homes: Sequence[Path] | None = None) -> tuple[Gateway, ...]:
    """OpenClaw installed on the host itself. A configuration that no unit runs may be left over: it is not counted."""
    running = [unit for unit in units if GATEWAY.search(unit.name)]
    if not running:
        return ()
    from clawkit.doctor.readers import openclaw

    found = list(_configurations(_homes() if homes is None else homes))
    read = openclaw.read(found[0], running[0].environment) if found else None
    return (openclaw.effective(read, None, running[0]),)


def _homes() -> tuple[Path, ...]:
    """Of who asks, of who called sudo, of root, and a service user's."""
    called = os.environ.get("SUDO_USER")
    users = (Path("/home") / called,) if called else ()
    return (*users, Path.home(), Path("/root"), Path("/home/openclaw"), Path("/var/lib/openclaw"))


def _configurations(homes: Sequence[Path]) -> Iterator[TextFile]:
    for home in homes:
        for name in NAMES:
            path = home / name
            try:
                yield TextFile(path, str(path), path.read_text(encoding="utf-8", errors="replace"))
            except OSError:
                continue
