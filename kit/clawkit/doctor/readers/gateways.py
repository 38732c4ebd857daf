"""The gateways of a setup: one for each openclaw.json and each service or unit that runs OpenClaw."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from clawkit.doctor.model.bind import beside
from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.host import Unit
from clawkit.doctor.model.place import Value
from clawkit.doctor.readers.text import TextFile

TEMPLATE = re.compile(r"template|\.(?:tmpl|tpl)\b", re.IGNORECASE)


def gateways(
    files: Sequence[TextFile],
    projects: Sequence[Compose],
    known: Sequence[Unit],
    every: Sequence[TextFile],
    *,
    proxied: bool = True,
) -> tuple[Gateway, ...]:
    """One for each openclaw.json and for each service or unit that runs OpenClaw, joined where they belong together.

    `proxied`: a proxy's configuration or the gateway's container was given too, so the one openclaw.json is its."""
    from clawkit.doctor.readers import openclaw

    running = [(project, service) for project in projects for service in project.services.values()
               if openclaw.runs_gateway(service)]  # fmt: skip
    running = _surest(running)
    daemons = [unit for unit in known if unit.command is not None and _runs_gateway(unit)]
    found: list[Gateway] = []
    included = openclaw.parts(files)
    for file in [file for file in files if file.path not in included] or files:
        mine = _owners(file, running)
        pair = mine[0] if mine else running[0] if len(running) == 1 else None
        service = pair[1] if pair else None
        unit = daemons[0] if service is None and daemons else None
        written = openclaw.read(file, _environment(file, service, unit, every), every)
        if service is None and unit is None and (len(files) > 1 or not proxied) and _of_a_client(written):
            continue
        if TEMPLATE.search(file.path.name) and any(problem.kind == "syntax" for problem in written.problems):
            continue  # somebody fills it in before OpenClaw reads it
        found.append(openclaw.effective(written, service, unit))
        running = [other for other in running if pair is None or other[1] is not pair[1]]
        daemons = [other for other in daemons if other is not unit]
    found += [openclaw.effective(None, service, None) for _, service in running]
    if not files:
        found += [openclaw.effective(None, None, unit) for unit in daemons]
    return tuple(found)


def clients(files: Sequence[TextFile], every: Sequence[TextFile]) -> tuple[Value[str], ...]:
    from clawkit.doctor.readers import openclaw

    written = [openclaw.read(file, _environment(file, None, None, every), every)
               for file in files if "remote" in file.text]  # fmt: skip
    return tuple(one.remote_url for one in written if _of_a_client(one) and one.remote_url is not None)


def _of_a_client(written: Gateway) -> bool:
    """It tells a CLI or a node where another machine's gateway is."""
    return written.mode is not None and written.mode.value == "remote" and written.remote_url is not None


def _surest(running: list[tuple[Compose, Service]]) -> list[tuple[Compose, Service]]:
    """Of several in one project those that say `gateway`, or run OpenClaw's own image: a dashboard's is named alike."""
    from clawkit.doctor.readers import openclaw

    sure = [(project, service) for project, service in running if openclaw.surely_gateway(service)]
    known = {id(project) for project, _ in sure}
    return [pair for pair in running if id(pair[0]) not in known or any(pair[1] is other for _, other in sure)]


OTHER_PROGRAMS = re.compile(r"(?:docker|podman|gunicorn|uvicorn|python\d?[\d.]*|nginx|caddy|cloudflared|tailscale)\s")
"""A unit of OpenClaw's name that starts one of these is no gateway itself."""


def _runs_gateway(unit: Unit) -> bool:
    from clawkit.doctor.links import OURS

    line = unit.command.value if unit.command else ""
    return bool(OURS.search(f"{unit.name} {line}")) and OTHER_PROGRAMS.match(_program(line)) is None


def _program(line: str) -> str:
    """Its last part, as the expression above wants it."""
    return (line.split() or [""])[0].rsplit("/", 1)[-1] + " "


def _owners(file: TextFile, running: Sequence[tuple[Compose, Service]]) -> list[tuple[Compose, Service]]:
    """Those that mount this very file; else those that mount one of its name, for this may be a copy."""
    for mounted in (_mounted, _mounted_by_name):
        if mine := [(project, service) for project, service in running if mounted(file, project, service)]:
            return mine
    return []


def _mounted(file: TextFile, project: Compose, service: Service) -> bool:
    sources = (beside(project, mount.source) for mount in service.mounts if mount.source)
    return any(file.shown == source or file.shown.startswith(f"{source}/") for source in sources if source != ".")


def _mounted_by_name(file: TextFile, project: Compose, service: Service) -> bool:
    name = f"/{posixpath.basename(file.shown)}"
    return any(mount.target.endswith(".json") and beside(project, mount.source).endswith(name)
               for mount in service.mounts if mount.source)  # fmt: skip


def _environment(
    file: TextFile, service: Service | None, unit: Unit | None, every: Sequence[TextFile]
) -> Mapping[str, Value[str]]:
    """What OpenClaw finds set: its process's environment over the .env in its own folder."""
    from clawkit.doctor.readers import dotenv

    own: dict[str, Value[str]] = {}
    beside = next((other for other in every if other.path == file.path.parent / ".env"), None)
    composed = any(other.path.parent == file.path.parent and "compose" in other.path.name for other in every)
    if beside is not None and not composed:
        own.update(dotenv.read(beside))
    own.update(unit.environment if unit else {})
    own.update(service.environment if service else {})
    return own
