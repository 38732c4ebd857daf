"""Setups that the kit did not make: what on this engine looks like OpenClaw, and the proxies in front of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Place, Problem
from clawkit.doctor.model.proxy import Proxy, Where
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.readers.live import composed, containers, hosted, rendered
from clawkit.doctor.readers.live.abreast import all_of, start
from clawkit.doctor.readers.live.configuration import Configuration, configuration
from clawkit.doctor.readers.live.deployed import said
from clawkit.doctor.readers.live.group import Group, groups
from clawkit.doctor.readers.live.host import host
from clawkit.doctor.readers.live.role import Role, role
from clawkit.engine.view import Document, View
from clawkit.errors import EngineError, EnvironmentMissing

FILES = "com.docker.compose.project.config_files"
FOLDER = "com.docker.compose.project.working_dir"
VERSIONS = ("NGINX_VERSION", "CADDY_VERSION")
"""Set by the official images."""


def read_all(view: View) -> tuple[Setup, ...]:
    """One setup for each group of containers that belong together, the host's own proxies with each of them.

    Empty when nothing here looks like OpenClaw, with or without an engine.
    """
    below = start(lambda: host(()))
    documents, problem = _documents(view)
    found = groups(documents, containers.all_of(view, documents))
    own = hosted.proxies()
    setups = [_setup(view, group, own) for group in found]
    machine = below.result()
    native = hosted.gateways(machine.units)
    if native or (own and not setups):
        setups.append(Setup(proxies=own, gateways=native, containers_known=problem is None))
    unread = (problem,) if problem else ()
    return tuple(replace(setup, host=machine, now=time.time(), unread=unread) for setup in setups)


def _documents(view: View) -> tuple[tuple[Document, ...], Problem | None]:
    try:
        return view.documents(), None
    except (EngineError, EnvironmentMissing) as error:
        return (), Problem(str(error), Place("docker ps", None, str(error)), "engine")


def _setup(view: View, group: Group, own: tuple[Proxy, ...]) -> Setup:
    known = group.containers
    asking = start(lambda: all_of([partial(configuration, view, one) for one in known]))
    lines, failures = said(view, known)
    files = {one.name: found for one, found in zip(known, asking.result(), strict=True)}
    projects = projects_of(group.documents)
    services = {service_name(service, known): service for project in projects for service in project.services.values()}
    return Setup(
        proxies=(*(proxy for one in known for proxy in _proxies(one, files[one.name])), *own),
        gateways=tuple(gateway for one in known for gateway in _gateways(one, files[one.name], services)),
        compose=projects,
        containers=known,
        logs=lines,
        failures=failures,
        unloaded=tuple(problem for found in files.values() for problem in found.unloaded),
        containers_known=True,
    )


def projects_of(documents: Sequence[Document]) -> tuple[Compose, ...]:
    """By the compose files that the labels name where this user may read them, else as the engine has them."""
    from clawkit.doctor.readers import compose

    labelled: dict[str, list[Document]] = {}
    for document in documents:
        labels = _labels(document)
        labelled.setdefault(labels.get(FILES, ""), []).append(document)
    found: list[Compose] = []
    for named, members in labelled.items():
        paths = tuple(named.split(",")) if named else ()
        files = rendered.named(Path(_labels(members[0]).get(FOLDER) or "/"), paths)
        envs = rendered.named(Path(_labels(members[0]).get(FOLDER) or "/"), rendered.ENVIRONMENT) if files else ()
        read = compose.read(files, envs) if files and len(files) == len(paths) else ()
        found += read or (composed.compose(members),)
    return tuple(found)


def _labels(document: Document) -> Mapping[str, str]:
    return (document.get("Config") or {}).get("Labels") or {}


def service_name(service: Service, known: Sequence[Container]) -> str:
    """Of the container that runs it."""
    named = service.container_name.value if service.container_name else ""
    return next((one.name for one in known if one.name == named or one.service == service.name), service.name)


def _proxies(container: Container, found: Configuration) -> Iterator[Proxy]:
    read: tuple[Proxy, ...] = ()
    version = _version(container)
    if role(container) is Role.NGINX and found.files:
        from clawkit.doctor.readers import nginx

        read = nginx.read(found.files)
    elif role(container) is Role.CADDY and found.files:
        from clawkit.doctor.readers import caddy

        read = caddy.read(found.files, caddy="", environment=container.environment, version=version)
    where = Where.HOST if container.network_mode == "host" else Where.CONTAINER
    service = container.service or container.name
    for one in read:
        yield replace(one, where=where, service=service, version=one.version or version)


def _version(container: Container) -> tuple[int, ...] | None:
    told = next((container.environment[name] for name in VERSIONS if container.environment.get(name)), "")
    numbers = told.lstrip("v").split("-")[0].split(".")
    return tuple(map(int, numbers)) if all(number.isdigit() for number in numbers) else None


def _gateways(container: Container, found: Configuration, services: Mapping[str, Service]) -> Iterator[Gateway]:
    from clawkit.doctor.readers import openclaw

    if role(container) is not Role.GATEWAY:
        return
    service = services.get(container.name)
    read = openclaw.read(found.files[0], service.environment if service else {}) if found.files else None
    made = openclaw.effective(read, service, None)
    yield replace(made, service=service.name if service else container.service or container.name)
