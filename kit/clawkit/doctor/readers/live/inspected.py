"""One object of `docker inspect` as a container of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.live import mask
from clawkit.engine.view import SWARM

HEALTH_LINES = 5
NEVER = "0001-01-01"
"""Go's zero time: it has not happened."""

Object = Mapping[str, Any]


def container(document: Object, at: Place | None = None) -> Container:
    """`at`: where the object stands when it was recorded in a file."""
    state, config, host = _part(document, "State"), _part(document, "Config"), _part(document, "HostConfig")
    labels = _part(config, "Labels")
    name = str(document.get("Name") or "").lstrip("/")
    health, swarm = _part(state, "Health"), _part(document, SWARM)
    return Container(
        name=name,
        at=at or (_task(name, state, swarm) if swarm else Place(f"docker inspect {name}", None, told(state))),
        image=str(config.get("Image") or document.get("Image") or ""),
        service=swarm.get("Service") or labels.get("com.docker.compose.service"),
        project=swarm.get("Project") or labels.get("com.docker.compose.project"),
        state=str(state.get("Status") or "created"),
        exit_code=_ended(state),
        oom_killed=bool(state.get("OOMKilled")),
        restarts=document.get("RestartCount"),
        restart_policy=_policy(_part(host, "RestartPolicy")),
        health=str(health.get("Status") or "").replace("none", ""),
        health_log=tuple(str(entry.get("Output") or f"exit status {entry.get('ExitCode')}").strip()
                         for entry in (health.get("Log") or ())[-HEALTH_LINES:]),
        started=moment(state.get("StartedAt")),
        finished=moment(state.get("FinishedAt")),
        error=str(state.get("Error") or ""),
        **_network(document),
        mounts={str(mount["Destination"]): str(mount.get("Name") or mount.get("Source") or "")
                for mount in document.get("Mounts") or ()},
        command=mask.words(command(document)),
        environment=mask.environment(config.get("Env") or ()),
        memory=host.get("Memory") or None,
        user=str(config.get("User") or ""),
        node=str(swarm.get("Node") or ""),
        node_state=str(swarm.get("NodeState") or ""),
        wanted=swarm.get("Wanted"),
    )  # fmt: skip


def _task(name: str, state: Object, swarm: Object) -> Place:
    """Of a service of a Swarm, whose containers come and go."""
    where = f" on {swarm['Node']}" if swarm.get("Node") else ""
    return Place(f"docker service ps --no-trunc {name}", None, f"{told(state)}{where}")


def command(document: Object) -> tuple[str, ...]:
    """The program and its arguments, entrypoint included."""
    return (str(document.get("Path") or ""), *map(str, document.get("Args") or ()))


def told(state: Object) -> str:
    """The state in a line: `exited, status 137, out of memory`."""
    words = [str(state.get("Status") or "created")]
    if state.get("Health"):
        words.append(str(state["Health"].get("Status")))
    if state.get("ExitCode"):
        words.append(f"status {state['ExitCode']}")
    if state.get("OOMKilled"):
        words.append("killed for want of memory")
    return ", ".join([*words, *filter(None, [str(state.get("Error") or "")])])


def moment(text: object) -> float | None:
    """Unix time of an RFC 3339 time with up to nine digits; None for Go's zero time."""
    if not isinstance(text, str) or not text or text.startswith(NEVER):
        return None
    whole, dot, rest = text.partition(".")
    digits = rest.rstrip("Z")[:6] if dot and rest.endswith("Z") else ""
    try:
        return datetime.fromisoformat(f"{whole}.{digits.ljust(6, '0')}+00:00" if digits else text).timestamp()
    except ValueError:
        return None


def _network(document: Object) -> dict[str, Any]:
    settings = _part(document, "NetworkSettings")
    networks: Mapping[str, Object] = _part(settings, "Networks")
    bindings = settings.get("Ports") or _part(_part(document, "HostConfig"), "PortBindings")
    return {
        "addresses": {name: str(use.get("IPAddress") or "") for name, use in networks.items()},
        "gateways": {name: str(use["Gateway"]) for name, use in networks.items() if use.get("Gateway")},
        "network_mode": str(_part(document, "HostConfig").get("NetworkMode") or ""),
        "published": _published(bindings),
    }


def _published(bindings: Mapping[str, Sequence[Object] | None]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for port, bound in bindings.items():
        number, _, protocol = port.partition("/")
        if bound and protocol != "udp":
            found[int(number)] = tuple(f"{_host(one.get('HostIp'))}:{one.get('HostPort')}" for one in bound)
    return found


def _host(address: object) -> str:
    text = str(address or "0.0.0.0")
    return f"[{text}]" if ":" in text else text


def _ended(state: Object) -> int | None:
    """Of the last run; a container that runs for the first time has none, though Docker says 0."""
    running = state.get("Status") in ("running", "paused", "created")
    return None if running and not state.get("ExitCode") else state.get("ExitCode")


def _policy(policy: Object) -> str:
    name = str(policy.get("Name") or "no")
    return f"{name}:{policy['MaximumRetryCount']}" if policy.get("MaximumRetryCount") else name


def _part(document: Object, key: str) -> Mapping[str, Any]:
    found = document.get(key)
    return found if isinstance(found, Mapping) else {}
