"""Ways in which a stack on a Swarm breaks, each with what the doctor has to name; mended on the way out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clawkit.wait import Look, until

if TYPE_CHECKING:
    from test_swarm import Home

ALICE = "gateway-alice"

EDIT = (
    "const fs = require('fs'), path = process.env.OPENCLAW_CONFIG_PATH, all = JSON.parse(fs.readFileSync(path));"
    "{}; fs.writeFileSync(path, JSON.stringify(all))"
)


@contextmanager
def stopped(site: Home) -> Iterator[None]:
    with _scaled(site, ALICE):
        yield


@contextmanager
def proxy_unplaced(site: Home) -> Iterator[None]:
    docker, node = site.nodes.manager.docker, site.where("proxy").name
    label = f"clawkit.{site.project}.proxy"
    docker("node", "update", "--label-rm", label, node)
    try:
        yield
    finally:
        docker("node", "update", "--label-add", f"{label}=here", node)


@contextmanager
def _scaled(site: Home, service: str) -> Iterator[None]:
    docker, name = site.nodes.manager.docker, f"{site.project}_{service}"
    docker("service", "scale", "--detach", f"{name}=0")
    try:
        yield
    finally:
        docker("service", "scale", "--detach", f"{name}=1")


@contextmanager
def proxy_removed(site: Home) -> Iterator[None]:
    site.nodes.manager.docker("service", "rm", f"{site.project}_proxy")
    try:
        yield
    finally:
        said = site("up")
        assert said.code == 0, said.err


@contextmanager
def image_missing(site: Home) -> Iterator[None]:
    docker, name = site.nodes.manager.docker, f"{site.project}_{ALICE}"
    image = docker("service", "inspect", "--format", "{{.Spec.TaskTemplate.ContainerSpec.Image}}", name)
    change = ("service", "update", "--detach", "--no-resolve-image", "--image")
    docker(*change, "clawkit/openclaw:nowhere", name)
    try:
        yield
    finally:
        docker(*change, image, name)


@contextmanager
def unplaced(site: Home) -> Iterator[None]:
    docker, node = site.nodes.manager.docker, site.where(ALICE).name
    label = f"clawkit.{site.project}.{ALICE}"
    docker("node", "update", "--label-rm", label, node)
    try:
        yield
    finally:
        docker("node", "update", "--label-add", f"{label}=here", node)


@contextmanager
def drained(site: Home) -> Iterator[None]:
    docker, node = site.nodes.manager.docker, site.where(ALICE).name
    docker("node", "update", "--availability", "drain", node)
    try:
        yield
    finally:
        docker("node", "update", "--availability", "active", node)


@contextmanager
def misconfigured(site: Home) -> Iterator[None]:
    """OpenClaw exits 78, and again: the second container waits for the file to be mended."""
    site.inside(ALICE, "node", "-e", EDIT.format("all.gateway.frobnicate = true"))
    site.nodes.manager.docker("service", "update", "--force", "--detach", f"{site.project}_{ALICE}")
    try:
        yield
    finally:
        until(lambda: _mended(site), seconds=120, what=ALICE, tell=lambda _text: None)


def _mended(site: Home) -> Look:
    """Between two runs there is no container to be entered."""
    try:
        site.inside(ALICE, "node", "-e", EDIT.format("delete all.gateway.frobnicate"))
    except (AssertionError, IndexError) as error:
        return Look(ready=False, doing=str(error))
    return Look(ready=True, doing="mended")


@dataclass(frozen=True, slots=True)
class Break:
    cause: str
    words: str
    """In the summary of the finding."""
    made: Callable[[Home], AbstractContextManager[None]]


BREAKS = (
    Break("gateway-not-running", "scaled to 0", stopped),
    Break("swarm-no-node-fits", "none carries the label clawkit.", proxy_unplaced),
    Break("proxy-not-running", "service proxy has no container", proxy_removed),
    Break("image-not-found", "does not have the image clawkit/openclaw:nowhere", image_missing),
    Break("swarm-no-node-fits", "none carries the label clawkit.", unplaced),
    Break("swarm-node-away", "is on drain", drained),
    Break("unrecognized-config-key", "frobnicate", misconfigured),
)
