"""The containers of an engine, all by one `docker inspect`, with the ports that listen inside of each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from clawkit.doctor.model.container import Container
from clawkit.doctor.readers.live import inspected
from clawkit.engine.view import Document, Ending, View
from clawkit.listeners import listening

PROC = Path("/proc")
EVENTS_AGE = 3600.0
SECONDS = 1.0


def containers(view: View, project: str = "") -> tuple[Container, ...]:
    """Of one Compose project, or of the whole engine; raises EngineError when there is nothing to ask."""
    return all_of(view, view.documents(project))


def all_of(view: View, documents: Sequence[Document]) -> tuple[Container, ...]:
    found = tuple(of(document) for document in documents)
    if not any(one.restarts for one in found):
        return found
    ends = view.endings(age=EVENTS_AGE, seconds=SECONDS)
    return tuple(_with_last_run(one, [end for end in ends if end.container == one.name]) for one in found)


def _with_last_run(container: Container, ends: Sequence[Ending]) -> Container:
    """While it runs again, Docker shows the exit status of the run that failed nowhere else."""
    codes = [end.code for end in ends if end.code is not None]
    killed = any(end.code is None for end in ends)
    return replace(container, last_exit=codes[-1] if codes and container.running else None, last_oom=killed)


def of(document: Document, proc: Path = PROC) -> Container:
    return replace(inspected.container(document), listening=_listening(document, proc))


def _listening(document: Document, proc: Path) -> tuple[str, ...] | None:
    """Read from the network namespace of its first process; None where the engine's processes are not this host's."""
    pid, identity = document.get("State", {}).get("Pid"), str(document.get("Id") or "")
    own = proc / str(pid)
    if not pid or not identity or not _is(own, identity):
        return None
    if _namespace(own) == _namespace(proc / "self"):
        return None  # the host's own network: those sockets are the host's
    found = {f"[{at.address}]:{at.port}" if at.address.version == 6 else f"{at.address}:{at.port}"
             for at in listening(own)}  # fmt: skip
    return tuple(sorted(found))


def _is(process: Path, identity: str) -> bool:
    """The container's id stands in the names of its cgroups; with a remote engine the number is somebody else's."""
    try:
        return identity in (process / "cgroup").read_text() or identity[:12] == _hostname(process)
    except OSError:
        return False


def _hostname(process: Path) -> str:
    """Docker's default host name is the short id; needed where cgroups are namespaced."""
    try:
        return (process / "root/etc/hostname").read_text().strip()
    except OSError:
        return ""


def _namespace(process: Path) -> str:
    try:
        return os.readlink(process / "ns/net")
    except OSError:
        return ""
