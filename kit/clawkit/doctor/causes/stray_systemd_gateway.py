"""Two gateways want one port: a unit or a process of an earlier installation, and the one that is meant."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import engine_words, last_words, of_status
from clawkit.doctor.links import OURS
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.host import Socket, Unit
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.oneowner import locked_out
from clawkit.doctor.programs import gateway_services, gateway_units, gateways

WORDS = (
    r"another \w+ instance is already listening on \S*?:(\d+)|EADDRINUSE\b.*?:(\d+)|gateway already running\b.*|"
    r"[Pp]ort (\d+) is already in use"
)
ENGINE = (
    r"failed to bind (?:host )?port (?:for )?\S*?:(\d+)[:/]|listen tcp[46]? \S*?:(\d+): bind: address already in use"
)
ALIVE = ("active", "activating", "reloading")
GATEWAYS = re.compile(r"^(?:node|openclaw|clawdbot|moltbot|MainThread|bun)", re.IGNORECASE)


def judge(setup: Setup) -> Finding | None:
    units = [unit for unit in gateway_units(setup) if unit.active in ALIVE and not unit.container]
    wanted = _published(setup)
    for unit in units:
        port = _port(unit)
        if port in wanted:
            return _finding(port, f"the systemd unit {unit.name}", "the container", unit, unit.at, wanted[port])
    if len({(unit.name, unit.user_scope) for unit in units}) > 1 and len({_port(unit) for unit in units}) == 1:
        return _finding(_port(units[0]), units[0].name, units[1].name, units[0], units[0].at, units[1].at)
    return _said(setup, units) or _in_the_way(setup)


def _published(setup: Setup) -> dict[int, Place]:
    """Host ports that the gateway's container has or is to have."""
    found = {port.published: port.at for one in gateway_services(setup) for port in one.ports if port.published}
    found.update((DEFAULT_PORT, one.at) for one in gateway_services(setup) if one.host_network)
    for container in gateways(setup):
        for bound in container.published.values():
            found |= {int(each.rsplit(":", 1)[1]): container.at for each in bound if each.rsplit(":", 1)[1].isdigit()}
    return found


def _port(unit: Unit) -> int:
    flag = re.search(r"--port[ =](\d+)", unit.command.value) if unit.command else None
    own = unit.environment.get("OPENCLAW_GATEWAY_PORT")
    return int(flag[1]) if flag else int(own.value) if own and own.value.isdigit() else DEFAULT_PORT


def _said(setup: Setup, units: list[Unit]) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    if found is None or of_status(setup, found[0]) or locked_out(setup) is not None:
        return None
    line, match = found
    port = next((int(group) for group in match.groups() if group), DEFAULT_PORT)
    holder = next((one for one in setup.host.sockets if one.port == port and one.process), None)
    if holder is not None and not _gateway_holds(holder):
        return None  # gateway-port-taken
    who = (
        f"the unit {units[0].name}"
        if units
        else f"{holder.process} (pid {holder.pid})"
        if holder
        else "another gateway"
    )
    shown = [units[0].at] if units else [holder.at] if holder else []
    return _finding(port, who, "the one that was to start", units[0] if units else None, line.at, *shown)


def _in_the_way(setup: Setup) -> Finding | None:
    """The engine's word on the port, and a gateway of the host's own on it."""
    found = engine_words(setup, ENGINE)
    port = int(found[1][1] or found[1][2]) if found else 0
    holder = next((one for one in setup.host.sockets if one.port == port and OURS.search(one.process)), None)
    if found is None or holder is None:
        return None
    who = f"{holder.process} (pid {holder.pid}) of this host"
    return _finding(port, who, "the container", None, found[0], holder.at)


def _gateway_holds(socket: Socket) -> bool:
    return bool(GATEWAYS.search(socket.process) or OURS.search(socket.process) or "docker" in socket.process)


def _finding(port: int, one: str, other: str, unit: Unit | None, *places: Place) -> Finding:
    scope = "--user " if unit is not None and unit.user_scope else ""
    command = f"systemctl {scope}disable --now {unit.name}" if unit is not None else f"sudo ss -ltnp 'sport = :{port}'"
    return Finding(
        summary=f"two gateways want port {port}: {one} holds it, and {other} cannot have it or is never asked",
        fix=Fix("keep one of the two: stop the old gateway and take it out of the boot", command),
        evidence=at(*places),
    )


CAUSE = Cause(
    slug="stray-systemd-gateway",
    title="one gateway has the port for itself",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING, Symptom.UNAUTHORIZED, Symptom.WS_REFUSED),
    looks_at=looks_at(Part.HOST, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "gateway-port-taken"}),
)
