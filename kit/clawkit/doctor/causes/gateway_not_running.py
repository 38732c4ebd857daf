"""There is no gateway process behind the proxy."""

from __future__ import annotations

from collections.abc import Iterator

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.links import OURS, Reach, links
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Where
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import HOPELESS, gateway_services, gateway_units, gateways

MEANS = {
    0: "status 0: it ended by itself or was stopped",
    1: "status 1",
    78: "status 78: its configuration is at fault, starting it again is useless",
    137: "status 137: killed, by hand or for want of memory",
    143: "status 143: it was told to stop",
    126: "status 126: its program may not be executed",
    127: "status 127: its program does not exist",
    139: "status 139: it crashed",
}
EXITED = r"^(?P<name>[\w.-]+) exited with code (?P<code>(?!130\b|143\b)[1-9]\d*)"
SERVICE = (
    r"(?P<name>\S*(?:openclaw|clawdbot|moltbot)\S*\.service): Main process exited, code=(?:exited|killed|dumped), "
    r"status=(?P<code>(?!0\b)\d+)"
)
ORIGINS = r"requires gateway\.controlUi\.allowedOrigins"
"""What releases before 2026.4 ended with: origin-not-listed."""
LAST = r"Gateway failed to start|Gateway start blocked|Refusing|Error:|error:|fatal|uncaught"


def judge(setup: Setup) -> Finding | None:
    if last_words(setup, ORIGINS, Speaker.GATEWAY):
        return None
    for words, command, places in (
        *_stopped(setup),
        *_units(setup),
        *_absent(setup),
        *_silent(setup),
        *_ended(setup),
    ):
        last = [line for line, _ in setup.said(LAST, Speaker.GATEWAY)][-1:]
        said = f"; its last words: {last[0].text.strip()[:160]}" if last else ""
        return Finding(
            summary=f"{words}{said}",
            fix=Fix("start it, and read why it ended if it ends again (restart: unless-stopped brings it back after "
            "a boot)",
                    command),
            evidence=at(*places, *(line.at for line in last)),
        )  # fmt: skip
    return None


def _stopped(setup: Setup) -> Iterator[tuple[str, str, list[Place]]]:
    own = gateways(setup)
    for container in own if setup.swarm or not any(one.running for one in own) else ():
        # each service of a Swarm is a gateway of its own, whatever another one does
        if container.state in (*HOPELESS, "paused", "removing"):
            yield f"the gateway's container {container.name} is {_told(container)}", _start(container), [container.at]


def _start(container: Container) -> str:
    if container.state == "paused":
        return f"docker unpause {container.name}"
    if container.wanted == 0:
        return f"docker service scale {container.name}=1"
    return "docker compose up -d" if container.service else f"docker start {container.name}"


def _told(container: Container) -> str:
    code = MEANS.get(container.exit_code, f"status {container.exit_code}") if container.exit_code is not None else ""
    kind = "created and was never started" if container.state == "created" else container.state
    return ", ".join(filter(None, (kind, code if container.state != "created" else "", container.error)))


def _units(setup: Setup) -> Iterator[tuple[str, str, list[Place]]]:
    units = gateway_units(setup)
    if any(unit.active in ("active", "reloading") for unit in units) or gateways(setup):
        return
    for unit in units:
        if unit.active == "activating" and unit.exit_code:
            yield f"{unit.name} is started again and again and ends with status {unit.exit_code}", \
                f"journalctl {'--user ' if unit.user_scope else ''}-u {unit.name} -n 50", [unit.at]  # fmt: skip
        if any(one.active == "activating" for one in units):
            continue
        if unit.active in ("inactive", "failed"):
            code = f", status {unit.exit_code}" if unit.exit_code else ""
            scope = "--user " if unit.user_scope else ""
            yield f"{unit.name} is {unit.active}{code}", f"systemctl {scope}restart {unit.name}", [unit.at]


def _absent(setup: Setup) -> Iterator[tuple[str, str, list[Place]]]:
    """A complete list of containers without the gateway's."""
    known = setup.containers_known and (setup.swarm or not gateways(setup))
    for service in gateway_services(setup) if known else ():
        if not any(name in one.name for one in setup.containers for name in service.names):
            yield f"service {service.name} has no container: it was never started, or was removed", \
                "docker compose up -d", [service.at, *(one.at for one in setup.containers[:1])]  # fmt: skip


def _ended(setup: Setup) -> Iterator[tuple[str, str, list[Place]]]:
    """Compose's or systemd's word below the gateway's log, where nobody listed containers or units."""
    said = last_words(setup, EXITED, Speaker.GATEWAY) if not gateways(setup) else None
    if said is not None and OURS.search(said[1]["name"]):
        code = int(said[1]["code"])
        told = MEANS.get(code, f"status {code}")
        yield f"the gateway's container {said[1]['name']} ended with {told}", "docker compose ps -a", [said[0].at]
    unit = last_words(setup, SERVICE, Speaker.GATEWAY) if not gateway_units(setup) else None
    if unit is not None:
        told = MEANS.get(int(unit[1]["code"]), f"status {unit[1]['code']}")
        yield f"{unit[1]['name']} ended with {told}", f"systemctl status {unit[1]['name']}", [unit[0].at]


def _silent(setup: Setup) -> Iterator[tuple[str, str, list[Place]]]:
    """A complete list of the host's sockets in which the gateway's own port is missing."""
    if not setup.host.sockets_known or gateways(setup):
        return
    for link in links(setup):
        port = link.gateway.effective_port if link.gateway else 18789
        hosted = link.proxy.where is Where.HOST and link.reach is Reach.LOOPBACK
        elsewhere = any("node" in one.process or "claw" in one.process for one in setup.host.sockets)
        direct = not gateway_services(setup) and link.target.effective_port == port
        if hosted and direct and not elsewhere and all(one.port != port for one in setup.host.sockets):
            yield f"nothing listens on {link.target}", "systemctl --user start openclaw-gateway", [link.target.at,
                setup.host.sockets[0].at]  # fmt: skip


CAUSE = Cause(
    slug="gateway-not-running",
    title="the gateway runs",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.UNAVAILABLE, Symptom.RESTARTING),
    looks_at=looks_at(Part.CONTAINERS, Part.HOST, Part.LOGS),
    judge=judge,
    explains=frozenset({"upstream-closed-mid-request", "upstream-name-unknown", "container-dns-broken",
                        "upstream-marked-down",
                        "upstream-not-up-at-start", "no-common-network", "proxy-not-running"}),
)  # fmt: skip
