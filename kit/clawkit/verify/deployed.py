"""The checks as they are run on a deployment: one scene per gateway, all dialled as this host reaches them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clawkit.check import Result
from clawkit.deployment import Deployment, planned
from clawkit.probe import http, tcp
from clawkit.probe.http import HttpFacts
from clawkit.probe.target import Target
from clawkit.settings.secret import Secret
from clawkit.stack import Site, Stack
from clawkit.tls import material, mirror
from clawkit.verify.meaning import UP
from clawkit.verify.terms import Terms

if TYPE_CHECKING:
    from clawkit.verify.scene import Scene

STARTUP_SECONDS = 2.0
FRONT_SECONDS = 5.0
AT_ONCE = max(4, min(16, 2 * (os.cpu_count() or 2)))
"""Gateways that are looked at side by side: each look takes up to eight threads. Ten at once made three of 290 checks
run out of time on two busy cores, which is a false alarm; so two for each core."""


@dataclass(frozen=True, slots=True)
class Run:
    results: tuple[Result, ...]
    elapsed_ms: int


def run(deployment: Deployment, stack: Stack, *, only: tuple[str, ...] = (), skip: tuple[str, ...] = (),
        deep: bool = False, terms: Terms | None = None, gateway: str = "") -> Run:  # fmt: skip
    """The checks of every gateway, in order, or of the one that is named."""
    # the scene brings websockets and ssl: whoever only asks /startupz need not pay for them
    from clawkit.engine.choose import engine_of
    from clawkit.engine.swarm import SwarmEngine
    from clawkit.verify.inside import Inside
    from clawkit.verify.registry import run_all
    from clawkit.verify.scene import Scene

    start = time.monotonic()
    tokens = deployment.tokens(stack)
    engine = engine_of(stack.settings)
    closed = engine.closed(stack.project) if isinstance(engine, SwarmEngine) else {}
    mirror.refresh(deployment.rendered, stack, engine)
    inside = Inside(engine, stack.project, deployment.rendered, closed)

    def checked(one: Site) -> tuple[Result, ...]:
        scene = Scene(stack=stack, gateway=one, token=tokens.get(one.name, Secret("")),
                      ca_file=material.ca_file(deployment.rendered, stack, one),
                      dial=dial(stack), inside=inside, terms=terms or Terms())  # fmt: skip
        scene = scene if stack.tls != "off" or stack.fronted_here else through_front(scene)
        return run_all(scene, only=only, skip=skip, deep=deep)

    wanted = [one for one in stack.sites if gateway in ("", one.name)]
    # the deep checks disturb each other, and lend each gateway a model of its own
    with ThreadPoolExecutor(1 if deep else AT_ONCE) as pool:
        found = [result for results in pool.map(checked, wanted) for result in results]
    results = tuple(found) if not any(one.reason == UP for one in found) else _past_edits(deployment, stack, found)
    return Run(results, round((time.monotonic() - start) * 1000))


def _past_edits(deployment: Deployment, stack: Stack, results: list[Result]) -> tuple[Result, ...]:
    """`up` keeps what was edited by hand, so it mends nothing there unless it is told to."""
    if not planned(deployment, stack).kept:
        return tuple(results)
    return tuple(replace(one, reason=f"{UP} --discard-edits") if one.reason == UP else one for one in results)


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
    if stack.entry:
        return stack.entry
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(stack.settings.listen, stack.settings.listen)


def startup_probe(stack: Stack, gateway: Site) -> Callable[[], HttpFacts]:
    """Asks /startupz on the public way; whether the certificate is trusted is the checks' question, not this one's."""
    return lambda: http.get(target(stack, gateway), "/startupz", limit=STARTUP_SECONDS)


def target(stack: Stack, gateway: Site) -> Target:
    """The port that serves the gateway, as this host reaches it: HTTPS, or the plain one with tls off."""
    settings, plain = stack.settings, stack.tls == "off"
    port = settings.http_port if plain else settings.https_port
    return Target(dial=dial(stack), port=port, name=gateway.domain, tls=not plain)
