"""The third hop: whether the published addresses accept a connection."""

from __future__ import annotations

from clawkit.doctor.finding import Hop
from clawkit.doctor.path import State, Step
from clawkit.doctor.walk.way import Way
from clawkit.probe import tcp
from clawkit.probe.tcp import Door

SECONDS = 1.0


def look(way: Way) -> tuple[Door, ...]:
    return tcp.knock_all(way.addresses, way.port, SECONDS) if way.addresses else ()


def step(way: Way, doors: tuple[Door, ...]) -> Step:
    opened = [door for door in doors if door.is_open]
    closed = [f"{shown(door)} {door.failure}" for door in doors if not door.is_open]
    if not doors:
        return Step(Hop.PORT, State.BROKEN, f"nothing is published for port {way.port}{_why(way)}")
    if not opened:
        return Step(Hop.PORT, State.BROKEN, ", ".join(closed) + _why(way))
    told = f"{', '.join(shown(door) for door in opened)} open"
    return Step(Hop.PORT, State.OK, "; ".join([told, *(f"but {text}" for text in closed)]), opened[0].ms)


def shown(door: Door) -> str:
    return f"[{door.address}]:{door.port}" if ":" in door.address else f"{door.address}:{door.port}"


def _why(way: Way) -> str:
    if way.proxy is None or way.proxy.running:
        return ""
    status = f" with status {way.proxy.exit_code}" if way.proxy.exit_code is not None else ""
    return f": container {way.proxy.name} is {way.proxy.state}{status}"
