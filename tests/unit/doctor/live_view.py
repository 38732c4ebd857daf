"""Stands in for the engine in tests of the live readers: containers as `docker inspect` shows them, and their words."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clawkit.doctor.model.container import Container
from clawkit.doctor.readers.live import inspected
from clawkit.engine.view import Document, Ending, Process, Ran, Said

NOT_FOUND = Ran(127, "", "not found")


@dataclass
class FakeView:
    """`answers`: command inside -> what it says. `files`: path -> text."""

    known: tuple[Document, ...] = ()
    answers: Mapping[tuple[str, ...], Ran] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    running: tuple[Process, ...] = ()
    said: Mapping[str, Sequence[Said]] = field(default_factory=dict)
    ended: tuple[Ending, ...] = ()
    unreached: Mapping[str, str] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def documents(self, project: str = "") -> tuple[Document, ...]:
        return self.known

    def run(self, container: str, command: Sequence[str], *, seconds: float) -> Ran:
        self.asked.append(tuple(command))
        if command[0] == "cat" and command[1] in self.files:
            return Ran(0, self.files[command[1]], "")
        return self.answers.get(tuple(command), NOT_FOUND)

    def archive(self, container: str, path: str, *, seconds: float) -> bytes:
        base = path.rstrip("/").rpartition("/")[0]
        inside = {name: text for name, text in self.files.items() if name == path or name.startswith(f"{path}/")}
        return tar({name.removeprefix(f"{base}/"): text for name, text in inside.items()}) if inside else b""

    def processes(self, container: str, *, seconds: float) -> tuple[Process, ...]:
        return self.running

    def logs(self, container: str, *, tail: int, since: str = "", seconds: float) -> tuple[Said, ...]:
        return tuple(line for line in self.said.get(container, ()) if line.time >= since)[-tail:]

    def endings(self, *, age: float, seconds: float) -> tuple[Ending, ...]:
        return self.ended

    def blind(self) -> Mapping[str, str]:
        return self.unreached


def tar(files: Mapping[str, str], links: Mapping[str, str] | None = None) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
        for name, target in (links or {}).items():
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            archive.addfile(link)
    return stream.getvalue()


def document(name: str = "claw", **parts: Any) -> dict[str, Any]:
    """A running container on one network; `parts` replace whole keys of State, Config, HostConfig or the rest."""
    made: dict[str, Any] = {
        "Id": "c0ffee" * 10,
        "Name": f"/{name}",
        "Path": "node",
        "Args": ["openclaw.mjs", "gateway"],
        "RestartCount": 0,
        "State": {"Status": "running", "ExitCode": 0, "Pid": 0, "StartedAt": "2026-11-24T10:00:00.123456789Z",
                  "FinishedAt": "0001-01-01T00:00:00Z"},
        "Config": {"Image": "ghcr.io/openclaw/openclaw:2026.9.6", "Env": [], "Labels": {}},
        "HostConfig": {"NetworkMode": "ai", "RestartPolicy": {"Name": "unless-stopped", "MaximumRetryCount": 0}},
        "NetworkSettings": {"Ports": {}, "Networks": {"ai": {"IPAddress": "172.20.0.3", "Gateway": "172.20.0.1",
                                                             "Aliases": ["openclaw", "c0ffee"]}}},
        "Mounts": [],
    }  # fmt: skip
    for key, value in parts.items():
        made[key] = {**made[key], **value} if isinstance(made.get(key), dict) else value
    return made


def container(name: str = "claw", **parts: Any) -> Container:
    return inspected.container(document(name, **parts))
