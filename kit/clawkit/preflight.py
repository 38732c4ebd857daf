"""What must be true of this host before anything is changed: engine, ports, disk, memory, clock, write access."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clawkit import listeners
from clawkit.engine.ports import Engine, EngineInfo
from clawkit.errors import ClawkitError, EnvironmentMissing
from clawkit.stack import Stack

ENGINE_FLOOR = (1, 41)
"""Engine 20.10, the oldest that the kit is tested on."""
COMPOSE_FLOOR = (2, 20)

DISK_FLOOR_MB = 1500
"""A gateway's state and logs; images need more and are checked by the engine that stores them."""

CLOCK_FLOOR = dt.datetime(2026, 9, 23, tzinfo=dt.UTC)
"""The build date of OpenClaw 2026.9.6: an earlier clock is wrong, and every certificate would look not yet valid."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is missing; `fatal` stops `up`."""

    message: str
    fix: str
    fatal: bool = True


def engine(info: EngineInfo) -> None:
    """Raises EnvironmentMissing when this engine cannot run the rendered files."""
    if info.api < ENGINE_FLOOR:
        raise EnvironmentMissing(f"Docker engine {info.version} is too old; 20.10 is the oldest that works",
                                 fix="upgrade Docker: sudo apt-get install --only-upgrade docker.io")  # fmt: skip
    if not info.compose:
        raise EnvironmentMissing(
            "docker compose (v2) is not installed",
            fix="sudo apt-get install docker-compose-plugin (or docker-compose on Debian 13)",
        )
    if numbers(info.compose)[:2] < COMPOSE_FLOOR:
        raise EnvironmentMissing(f"docker compose {info.compose} is too old; 2.20 is the oldest that works",
                                 fix="upgrade the Compose plugin")  # fmt: skip


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def host(stack: Stack, folder: Path, engine: Engine, ours: Sequence[int]) -> None:
    """Raises the first fatal trouble of this host, with the others in its details."""
    fatal = [trouble for trouble in troubles(stack, folder, engine, ours) if trouble.fatal]
    if fatal:
        raise _error(fatal)


def troubles(stack: Stack, folder: Path, engine: Engine, ours: Sequence[int]) -> Iterator[Trouble]:
    """`ours`: ports that this deployment's own proxy holds already."""
    for port in stack.published_ports:
        if port not in ours:
            yield from _port(stack.settings.listen, port, engine)
    yield from _disk(folder)
    yield from _memory(stack, running=bool(ours))
    yield from _clock(dt.datetime.now(dt.UTC))
    yield from _access(folder)


def _error(fatal: Sequence[Trouble]) -> ClawkitError:
    rest = "\n".join(f"also: {trouble.message} (try: {trouble.fix})" for trouble in fatal[1:])
    return EnvironmentMissing(fatal[0].message, fix=fatal[0].fix, details=rest)


def _port(listen: str, port: int, engine: Engine) -> Iterator[Trouble]:
    containers = engine.publishers(port)
    if containers:
        yield Trouble(f"port {port} is taken by container {containers[0]}",
                      f"docker stop {containers[0]}, or choose another port: {_flag(port)}")  # fmt: skip
        return
    holder = listeners.holder(listen, port)
    if holder:
        yield Trouble(f"port {port} is taken by {holder}", f"stop it, or choose another port: {_flag(port)}")


def _flag(port: int) -> str:
    return {80: "--http-port 8080", 443: "--https-port 8443"}.get(port, "--http-port / --https-port")


def _disk(folder: Path) -> Iterator[Trouble]:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free // 2**20
    if free < DISK_FLOOR_MB:
        yield Trouble(f"only {free} MB free on the disk of {existing}; {DISK_FLOOR_MB} MB are needed",
                      "make room: docker system df; docker image prune")  # fmt: skip


def _memory(stack: Stack, *, running: bool) -> Iterator[Trouble]:
    if running:
        return
    total, available = meminfo()
    needed = 1024 * len(stack.gateways)
    if total and total < needed:
        yield Trouble(f"this host has {total} MB of memory; OpenClaw needs {needed} MB to start",
                      "use a larger machine")  # fmt: skip
    elif available and available < needed:
        yield Trouble(f"only {available} MB of memory are free; OpenClaw needs {needed} MB to start",
                      "stop something, or add swap", fatal=False)  # fmt: skip


def meminfo(path: Path = Path("/proc/meminfo")) -> tuple[int, int]:
    """MemTotal and MemAvailable in MB (proc(5)); zeros where there is no such file."""
    try:
        fields = dict(re.findall(r"^(\w+):\s+(\d+) kB", path.read_text(), re.MULTILINE))
    except OSError:
        return 0, 0
    return int(fields.get("MemTotal", 0)) // 1024, int(fields.get("MemAvailable", 0)) // 1024


def _clock(now: dt.datetime) -> Iterator[Trouble]:
    if now < CLOCK_FLOOR:
        yield Trouble(f"the clock of this host says {now:%Y-%m-%d %H:%M} UTC, which is in the past",
                      "sudo timedatectl set-ntp true")  # fmt: skip


def _access(folder: Path) -> Iterator[Trouble]:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        yield Trouble(f"{existing} is not writable for this user", "choose a folder of yours with --dir")
