"""The walk from the client to the model: everything is looked at side by side, then judged in the order of the way."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clawkit.doctor.finding import Hop
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.failure import Failure, FailureKind
from clawkit.doctor.model.host import DnsAnswer
from clawkit.doctor.model.pem import SeenCertificate
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.path import State, Step
from clawkit.doctor.readers.live import logs
from clawkit.doctor.readers.live.abreast import start, within
from clawkit.doctor.walk import beyond as past
from clawkit.doctor.walk import client, dns, gateway, model, port, proxy, proxylog, through, tls
from clawkit.doctor.walk.way import Way
from clawkit.engine.view import View

NAMES_SECONDS = 1.5
"""getaddrinfo has no limit of its own, and a dead name server costs it 5 s and more."""


@dataclass(frozen=True, slots=True)
class Walked:
    steps: tuple[Step, ...]
    exchanges: tuple[Exchange, ...] = ()
    certificates: tuple[SeenCertificate, ...] = ()
    dns: tuple[DnsAnswer, ...] = ()
    failures: tuple[Failure, ...] = ()
    log: str = ""
    """How places name the log of the proxy on this way."""
    since: float = 0.0
    """Unix time at which it began."""

    @property
    def arrived(self) -> bool:
        return any(step.hop is Hop.GATEWAY and step.state is State.OK for step in self.steps)


def walk(way: Way, view: View | None) -> Walked:
    """`view`: None where there is no engine."""
    begun, clock = time.monotonic(), time.time()
    resolving = start(lambda: dns.look(way))
    knocking = start(lambda: port.look(way))
    shaking = start(lambda: tls.look(way))
    bypassing = start(lambda: past.look(way, view))
    answered = through.look(way)
    bypassed, shown, doors = bypassing.result(), shaking.result(), knocking.result()
    told = proxylog.look(view, way.proxy, clock)
    names = within(NAMES_SECONDS, resolving, None, since=begun)
    steps = (
        client.step(way),
        dns.step(way, names),
        port.step(way, doors),
        tls.step(way, shown),
        proxy.step(way, answered, bypassed, told),
        gateway.step(way, answered, bypassed),
        model.step(()),
    )
    return Walked(
        steps=ended(steps),
        exchanges=(*through.exchanges(way, answered), *past.exchanges(way, bypassed)),
        certificates=tls.certificates(way, shown),
        dns=dns.answers(way, names),
        failures=told.failures,
        log=logs.shown(way.proxy) if way.proxy else "",
        since=clock,
    )


def ended(steps: Sequence[Step]) -> tuple[Step, ...]:
    """What lies behind the first break says nothing of its own."""
    found: list[Step] = []
    broken: Hop | None = None
    for step in steps:
        found.append(Step(step.hop, State.UNKNOWN, f"behind the break at {broken.value}") if broken else step)
        broken = broken or (step.hop if step.state is State.BROKEN else None)
    return tuple(found)


def added(setup: Setup, walked: Walked) -> Setup:
    """The setup with what the walk saw, and without what it proves to be over."""
    setup = _healed(setup, walked) if walked.arrived else setup
    known = {(failure.at.source, failure.at.text) for failure in setup.failures}
    fresh = tuple(failure for failure in walked.failures if (failure.at.source, failure.at.text) not in known)
    return replace(
        setup,
        exchanges=(*setup.exchanges, *walked.exchanges),
        certificates=(*setup.certificates, *walked.certificates),
        host=replace(setup.host, dns=(*setup.host.dns, *walked.dns)),
        failures=(*setup.failures, *fresh),
    )


CONNECTING = frozenset(
    {FailureKind.REFUSED, FailureKind.UNREACHABLE, FailureKind.CONNECT_TIMEOUT, FailureKind.NO_HOST,
     FailureKind.RESOLVER_DOWN, FailureKind.PERMISSION, FailureKind.NO_UPSTREAM}
)  # fmt: skip


def _healed(setup: Setup, walked: Walked) -> Setup:
    """A proxy that has just connected no longer fails to connect, whatever its log tells of the last hour."""
    mine = [one for one in setup.failures if one.kind in CONNECTING and one.at.source == walked.log]
    before = walked.since - proxylog.CLOCK
    over = {(one.at.source, one.at.line) for one in mine if one.time is not None and one.time < before}
    return replace(
        setup,
        failures=tuple(one for one in setup.failures if (one.at.source, one.at.line) not in over),
        logs=tuple(line for line in setup.logs if (line.at.source, line.at.line) not in over),
    )
