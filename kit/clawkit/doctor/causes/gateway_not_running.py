"""There is no gateway process behind the proxy."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.endings import MEANS, cycling, ended, failed, listed, looping
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import engine_words, last_words
from clawkit.doctor.links import OURS, Reach, links
from clawkit.doctor.logged import logged, loopback
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.host import Unit
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Where
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.over import over
from clawkit.doctor.programs import BESIDE, HOPELESS, gateway_services, gateway_units, gateways
from clawkit.doctor.verdict import serves

ORIGINS = r"requires gateway\.controlUi\.allowedOrigins"
"""What releases before 2026.4 ended with: origin-not-listed."""
PROBED = r"^ *connect ECONNREFUSED (?P<url>(?:127\.0\.0\.1|\[?::1\]?):\d+)$"
STATUS = r"^(?:RPC|Connectivity) probe: failed"
UNREACHED = r"Gateway not reachable at (?P<url>ws://(?:127\.|localhost)\S*) \(ECONNREFUSED\)"
HELD = r"dependency failed to start: container (?P<name>\S+) (?:is unhealthy|exited)"
LAST = r"Gateway failed to start|Gateway start blocked|Refusing|Error:|error:|fatal|uncaught"


def judge(setup: Setup) -> Finding | None:
    if last_words(setup, ORIGINS, Speaker.GATEWAY):
        return None
    for words, command, places in (
        *_stopped(setup),
        *_units(setup),
        *_absent(setup),
        *_silent(setup),
        *_refused(setup),
        *_held(setup),
        *ended(setup, containers=bool(gateways(setup)), units=bool(_of_units(setup))),
        *listed(setup),
        *looping(setup),
        *cycling(setup),
        *failed(setup),
        *_unreached(setup),
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
    return _asked_alone(setup)


def _asked_alone(setup: Setup) -> Finding | None:
    """Refused on loopback and nothing else is known: it may also run where this loopback does not lead."""
    if setup.compose or setup.containers or setup.proxies or gateway_units(setup) or setup.host.sockets_known:
        return None
    refused = next(_refusals(setup), None) or next(_logged(setup), None)
    if refused is None:
        return None
    own = loopback(refused[0])
    where = "on this host, or not on its loopback" if own else "there, or listens on its loopback alone"
    return Finding(
        summary=f"nothing listens on {refused[0]}: the gateway does not run {where}",
        fix=Fix("start it, or ask where it runs", "openclaw gateway status; docker ps -a"),
        evidence=at(refused[1]),
        severity=Severity.WARNING,
    )


def _logged(setup: Setup) -> Iterator[tuple[str, Place]]:
    """A proxy's log alone, that nothing later took back."""
    for failure in reversed(logged(setup, FailureKind.REFUSED) if not serves(setup) else ()):
        if failure.upstream.endswith(f":{DEFAULT_PORT}") and not over(setup, failure):
            yield failure.upstream, failure.at


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
    units = _of_units(setup)
    if any(unit.active in ("active", "reloading") for unit in units) or gateways(setup) or serves(setup):
        return  # systemd lost sight of one that went on by itself
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


def _of_units(setup: Setup) -> list[Unit]:
    """Quadlet's too, which start a container."""
    made = [unit for unit in setup.host.units if unit.container and OURS.search(unit.name)]
    return [*gateway_units(setup), *(unit for unit in made if unit not in gateway_units(setup))]


def _absent(setup: Setup) -> Iterator[tuple[str, str, list[Place]]]:
    """A complete list of containers without the gateway's."""
    known = setup.containers_known and (setup.swarm or not gateways(setup))
    for service in gateway_services(setup) if known else ():
        if not any(name in one.name for one in setup.containers for name in service.names):
            yield f"service {service.name} has no container: it was never started, or was removed", \
                "docker compose up -d", [service.at, *(one.at for one in setup.containers[:1])]  # fmt: skip


def _unreached(setup: Setup) -> Iterator[tuple[str, str, list[Place]]]:
    """`openclaw doctor` on the gateway's own host: nothing answers there."""
    if setup.compose or setup.containers or gateway_units(setup):
        return
    said = last_words(setup, UNREACHED, Speaker.GATEWAY)
    if said is None and any(setup.said(STATUS)):
        said = last_words(setup, PROBED, Speaker.GATEWAY)
    if said is not None:
        yield f"nothing listens on {said[1]['url']}", "openclaw gateway status", [said[0].at]


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


def _refused(setup: Setup) -> Iterator[tuple[str, str, list[Place]]]:
    """Asked on its own host, whatever the proxy in front may be, beside a complete list of sockets without it."""
    elsewhere = links(setup) and not any(link.reach is Reach.LOOPBACK for link in links(setup))
    if not setup.host.sockets_known or gateways(setup) or elsewhere:
        return
    for name, place in _refusals(setup):
        yield f"nothing listens on {name}", "openclaw gateway status", [place, setup.host.sockets[0].at]


def _refusals(setup: Setup) -> Iterator[tuple[str, Place]]:
    ports = {gateway.effective_port for gateway in setup.gateways} or {DEFAULT_PORT}
    ports -= {urlsplit(one.url).port or 0 for one in setup.exchanges if one.status}
    for one in setup.exchanges:
        asked = urlsplit(one.url)
        own = one.error == "refused" and not one.container and asked.hostname in ("127.0.0.1", "localhost", "::1")
        if own and asked.port in ports and all(seen.port != asked.port for seen in setup.host.sockets):
            yield asked.netloc, one.at


def _held(setup: Setup) -> Iterator[tuple[str, str, list[Place]]]:
    """Compose starts what depends on another container once that is well, and it is not."""
    said = engine_words(setup, HELD)
    name = said[1]["name"] if said else ""
    if said and BESIDE.search(name) and not gateways(setup):
        yield f"Compose does not start it, since {name} is not well", f"docker logs --tail 50 {name}", [said[0]]


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
