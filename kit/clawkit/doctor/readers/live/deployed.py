"""The setup of a deployment of the kit's own: its rendered files, its containers, and where the two differ."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from clawkit.doctor.model.compose import Compose
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.pem import SeenCertificate
from clawkit.doctor.model.place import Place, Problem
from clawkit.doctor.model.proxy import Proxy, Where
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.programs import KIT_LABEL
from clawkit.doctor.readers.live import containers, logs, rendered
from clawkit.doctor.readers.live.abreast import all_of, start
from clawkit.doctor.readers.live.configuration import Configuration, configuration
from clawkit.doctor.readers.live.host import host
from clawkit.doctor.readers.live.logs import Read
from clawkit.doctor.readers.live.role import Role, role
from clawkit.doctor.readers.text import TextFile
from clawkit.engine.sight import view_of
from clawkit.engine.view import Document, View
from clawkit.errors import EngineError, EnvironmentMissing
from clawkit.stack import Stack

if TYPE_CHECKING:
    from clawkit.deployment import Deployment

PROXY = "proxy"


@dataclass(frozen=True, slots=True)
class Running:
    """What the engine says; empty with the reason where there is none."""

    documents: tuple[Document, ...] = ()
    containers: tuple[Container, ...] = ()
    configurations: Mapping[str, Configuration] | None = None
    logs: Read = ((), ())
    problems: tuple[Problem, ...] = ()
    """What could not be looked at."""
    known: bool = True
    """The list of containers is complete."""


def read(deployment: Deployment, view: View | None = None) -> Setup:
    """Everything but the walk, which `doctor.walk` adds."""
    stack = deployment.stack()
    view = view or view_of(stack, tuple(deployment.tokens(stack).values()))
    looking = start(lambda: running(view, stack.project))
    below = start(lambda: host((deployment.rendered,), elsewhere=stack.swarm))
    compose = _compose(deployment, stack)
    on_disk = rendered.proxy_files(deployment.rendered, stack)
    lying: tuple[SeenCertificate, ...] = rendered.certificates(deployment.rendered, stack)
    seen = looking.result()
    found = seen.configurations or {}
    # on a Swarm what is mounted is named after its content, and names.sh has put addresses into what nginx runs with
    files, differing = (on_disk, ()) if stack.swarm else _in_force(on_disk, found.get(PROXY, Configuration()))
    return Setup(
        proxies=_proxies(stack, files),
        gateways=tuple(_gateways(stack, compose, found)),
        compose=compose,
        containers=seen.containers,
        logs=seen.logs[0],
        failures=seen.logs[1],
        certificates=lying,
        host=below.result(),
        unread=seen.problems,
        unloaded=(*differing, *_unloaded(found), *_older(compose, seen.documents)),
        containers_known=seen.known,
        files={
            file.shown: str(file.path)
            for file in (*on_disk, *rendered.named(deployment.rendered, rendered.main(stack)))
        },
        swarm=stack.project if stack.swarm else "",
        now=time.time(),
    )


def running(view: View, project: str) -> Running:
    try:
        documents = view.documents(project)
    except (EngineError, EnvironmentMissing) as error:
        return Running(problems=(Problem(str(error), Place("docker ps", None, str(error)), "engine"),), known=False)
    known = containers.all_of(view, documents)
    asking = start(lambda: all_of([partial(configuration, view, one) for one in known]))
    spoken = said(view, known)
    found = {one.service or one.name: seen for one, seen in zip(known, asking.result(), strict=True)}
    return Running(documents, known, found, spoken, tuple(_blind(view)))


def _blind(view: View) -> Iterator[Problem]:
    """Machines whose containers nobody can look into from here: their configuration and processes stay unknown."""
    for node, why in view.blind().items():
        yield Problem(f"not looked at: {why}", Place(f"docker context inspect {node}", None, why), "node")


def said(view: View, known: Sequence[Container]) -> Read:
    """A proxy's words from before the gateway was up are about a start, or about a gateway that is no more."""
    gateways = tuple(one for one in known if role(one) is Role.GATEWAY)
    others = tuple(one for one in known if one not in gateways)
    spoken = all_of([partial(logs.heard, view, one) for one in gateways])
    up = [logs.ready(one, lines) for one, lines in zip(gateways, spoken, strict=True) if one.running]
    newest = max(up, default=0.0)

    def of_other(container: Container) -> Read:
        proxy = role(container) in (Role.NGINX, Role.CADDY)
        since = max(newest, logs.settled(view, container)) if proxy else 0.0
        return logs.logs(view, container, since=since)

    found = [logs.read_said(one, lines) for one, lines in zip(gateways, spoken, strict=True)]
    found += all_of([partial(of_other, one) for one in others])
    return tuple(line for lines, _ in found for line in lines), tuple(each for _, failed in found for each in failed)


def _compose(deployment: Deployment, stack: Stack) -> tuple[Compose, ...]:
    from clawkit.doctor.readers import compose

    folder = deployment.rendered
    return compose.read(rendered.named(folder, rendered.main(stack)), rendered.named(folder, rendered.ENVIRONMENT))


def _in_force(on_disk: tuple[TextFile, ...], inside: Configuration) -> tuple[tuple[TextFile, ...], tuple[Problem, ...]]:
    """The container's own file where another one is mounted over ours."""
    if not on_disk or not inside.files or any(on_disk[0].text.strip() in file.text for file in inside.files):
        return on_disk, ()
    at = Place(on_disk[0].shown, None, "")
    return inside.files, (Problem("the container has another file in its place", at, "overridden"),)


def _proxies(stack: Stack, files: Sequence[TextFile]) -> tuple[Proxy, ...]:
    version = stack.proxy_version if stack.images.proxy.version else None
    if stack.proxy == "nginx":
        from clawkit.doctor.readers import nginx

        found: tuple[Proxy, ...] = nginx.read(files)
    else:
        from clawkit.doctor.readers import caddy

        found = caddy.read(files, caddy="", version=version)
    return tuple(replace(one, where=Where.CONTAINER, service=PROXY, version=one.version or version) for one in found)


def _gateways(stack: Stack, compose: Sequence[Compose], found: Mapping[str, Configuration]) -> Iterator[Gateway]:
    from clawkit.doctor.readers import openclaw

    services = {name: service for project in compose for name, service in project.services.items()}
    for gateway in stack.gateways:
        service = services.get(gateway.service)
        files = found.get(gateway.service, Configuration()).files
        read = openclaw.read(files[0], service.environment if service else {}) if files else None
        if read is not None or service is not None:
            yield replace(openclaw.effective(read, service, None), service=gateway.service)


def _unloaded(found: Mapping[str, Configuration]) -> Iterator[Problem]:
    for one in found.values():
        yield from one.unloaded


def _older(compose: Sequence[Compose], documents: Sequence[Document]) -> Iterator[Problem]:
    """A container that was made before its files were rendered anew."""
    services = {name: service for project in compose for name, service in project.services.items()}
    for document in documents:
        labels = document.get("Config", {}).get("Labels") or {}
        service = services.get(labels.get("com.docker.compose.service", ""))
        wanted = service.labels.get(KIT_LABEL) if service else None
        if wanted is not None and labels.get(KIT_LABEL) not in (None, wanted.value):
            name = str(document.get("Name", "")).lstrip("/")
            yield Problem(f"container {name} was made with {KIT_LABEL} {labels[KIT_LABEL]}", wanted.at, "recreate")
