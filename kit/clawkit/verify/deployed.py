"""The checks as they are run on a deployment: one scene per gateway, all dialled as this host reaches them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clawkit.check import Result
from clawkit.deployment import Deployment
from clawkit.probe import http, tcp
from clawkit.probe.http import HttpFacts
from clawkit.probe.target import Target
from clawkit.settings.secret import Secret
from clawkit.stack import Gateway, Stack
from clawkit.tls import material

if TYPE_CHECKING:
    from clawkit.verify.scene import Scene

STARTUP_SECONDS = 2.0
FRONT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Run:
    results: tuple[Result, ...]
    elapsed_ms: int


def run(deployment: Deployment, stack: Stack, *, only: tuple[str, ...] = (), skip: tuple[str, ...] = (),
        deep: bool = False, fake_model: bool = False, disruptive: bool = False) -> Run:  # fmt: skip
    """The checks of every gateway, in order."""
    # the scene brings websockets and ssl: whoever only asks /startupz need not pay for them
    from clawkit.engine.docker import DockerEngine
    from clawkit.verify.inside import Inside
    from clawkit.verify.registry import run_all
    from clawkit.verify.scene import Scene

    start = time.monotonic()
    found: list[Result] = []
    tokens = deployment.tokens(stack)
    inside = Inside(DockerEngine(), stack.project, deployment.rendered)
    for gateway in stack.gateways:
        scene = Scene(stack=stack, gateway=gateway, token=tokens.get(gateway.name, Secret("")), 
                      ca_file=material.ca_file(deployment.rendered, stack, gateway),
                      dial=dial(stack), inside=inside, fake_model=fake_model,
                      disruptive=disruptive)  # fmt: skip
        scene = scene if stack.tls != "off" or stack.fronted_here else through_front(scene)
        found += run_all(scene, only=only, skip=skip, deep=deep)
    return Run(tuple(found), round((time.monotonic() - start) * 1000))


def through_front(scene: Scene) -> Scene:
    """With tls off and the front elsewhere this host is refused like anybody: it looks by the public name, as a user.

    Never falsely green: where the front cannot be reached, nothing was looked at.
    """
    domain, port = scene.gateway.domain, scene.stack.settings.https_port
    door = tcp.knock(domain, port, FRONT_SECONDS)
    unseen = (
        f"tls is off, and {domain}:{port} in front cannot be reached from here: {door.failure}" if door.failure else ""
    )
    return replace(scene, dial=domain, ca_file=None, through_front=True, unseen=unseen)


def dial(stack: Stack) -> str:
    """The published address as this host reaches it."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(stack.settings.listen, stack.settings.listen)


def startup_probe(stack: Stack, gateway: Gateway) -> Callable[[], HttpFacts]:
    """Asks /startupz on the public way; whether the certificate is trusted is the checks' question, not this one's."""
    return lambda: http.get(target(stack, gateway), "/startupz", limit=STARTUP_SECONDS)


def target(stack: Stack, gateway: Gateway) -> Target:
    """The port that serves the gateway, as this host reaches it: HTTPS, or the plain one with tls off."""
    settings, plain = stack.settings, stack.tls == "off"
    port = settings.http_port if plain else settings.https_port
    return Target(dial=dial(stack), port=port, name=gateway.domain, tls=not plain)
