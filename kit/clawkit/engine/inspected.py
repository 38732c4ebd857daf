"""A service of a project, from one object of `docker inspect`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clawkit.engine.ports import Health, Service, State


def service(raw: Mapping[str, Any]) -> Service:
    state, config = raw["State"], raw["Config"]
    labels = config.get("Labels") or {}
    name = raw["Name"].removeprefix("/")
    started = state.get("StartedAt") or ""
    return Service(
        name=labels.get("com.docker.compose.service", name),
        container=name,
        image=config["Image"],
        state=State(state["Status"]),
        health=Health((state.get("Health") or {}).get("Status") or "none"),
        exit_code=state.get("ExitCode") or 0,
        oom_killed=bool(state.get("OOMKilled")),
        restarts=raw.get("RestartCount") or 0,
        started_at=datetime.fromisoformat(started).isoformat() if started else "",
        folder=labels.get("com.docker.compose.project.working_dir", ""),
        ports=_published(raw.get("NetworkSettings", {}).get("Ports") or {}),
    )


def _published(ports: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{at['HostIp']}:{at['HostPort']}->{port}" for port, ats in ports.items() for at in ats or ())
