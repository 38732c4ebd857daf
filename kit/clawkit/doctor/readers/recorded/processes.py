"""`docker ps` and `docker compose ps`, as tables or as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.recorded.command import Command
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.text import TextFile

TITLES = ("CONTAINER ID", "IMAGE", "COMMAND", "SERVICE", "CREATED", "STATUS", "STATE", "PORTS", "NAMES", "NAME")
PUBLISHED = re.compile(
    r"(?P<host>\[[^\]]*\]|:::?|[\d.]+|\*)?:?(?P<from>\d+)(?:-(?P<to>\d+))?->(?P<inner>\d+)(?:-\d+)?/tcp"
)
CODE = re.compile(r"(?:Exited|Restarting|Exit) \(?(-?\d+)\)?|exited \((\d+)\)")
HEALTH = re.compile(r"\((?:health: )?(starting|healthy|unhealthy)\)")


def read(file: TextFile, command: Command | None = None) -> Seen:
    """Only a list with `-a`, of all projects and not filtered, is complete."""
    rows = [*_from_json(file), *_from_table(file)]
    containers = tuple(container for row, number, line in rows if (container := _container(file, row, number, line)))
    return Seen(containers=containers, containers_known=_complete(containers, command, rows))


def _complete(containers: tuple[Container, ...], command: Command | None, rows: list[Any]) -> bool:
    if command is None:
        # nobody lists stopped containers without -a; `compose ps` has a service column and shows its project alone
        stopped = any(container.state in ("exited", "created", "dead") for container in containers)
        return stopped and not any("SERVICE" in row for row, _, _ in rows)
    every = command.has("-a", "--all") or re.search(r"\bps -\w*a", command.typed) is not None
    composed = "compose" in command.typed.split(" ps")[0]
    return every and not command.filtered and not composed


def _from_json(file: TextFile) -> Iterator[tuple[dict[str, str], int, str]]:
    text = file.text.strip()
    if text[:1] == "[":
        try:
            found = json.loads(text)
        except ValueError:
            return
        for one in found:
            if isinstance(one, dict):
                yield _row(one), 1, f"{one.get('Name')}: {one.get('State')}"
        return
    for number, line in enumerate(file.text.splitlines(), start=1):
        if line.lstrip().startswith("{"):
            try:
                yield _row(json.loads(line)), number, line.strip()
            except ValueError:
                continue


def _row(one: dict[str, Any]) -> dict[str, str]:
    status = str(one.get("Status") or one.get("State") or "")
    health = str(one.get("Health") or "")
    if one.get("State") == "exited" and "(" not in status:
        status = f"Exited ({one.get('ExitCode', 0)})"
    ports = str(one.get("Ports") or "")
    for port in one.get("Publishers") or ():
        if port.get("PublishedPort") and port.get("Protocol", "tcp") == "tcp":
            ports += f", {port.get('URL') or '0.0.0.0'}:{port['PublishedPort']}->{port.get('TargetPort')}/tcp"
    row = {
        "NAME": str(one.get("Name") or one.get("Names") or ""),
        "IMAGE": str(one.get("Image") or ""),
        "STATUS": status if not health or "(" in status else f"{status} ({health})",
        "PORTS": ports,
        "PROJECT": str(one.get("Project") or _label(one, "com.docker.compose.project")),
    }
    service = str(one.get("Service") or _label(one, "com.docker.compose.service"))
    return {**row, "SERVICE": service} if service else row


def _label(one: dict[str, Any], name: str) -> str:
    found = re.search(rf"{re.escape(name)}=([^,]+)", str(one.get("Labels") or ""))
    return found.group(1) if found else ""


def _from_table(file: TextFile) -> Iterator[tuple[dict[str, str], int, str]]:
    columns: list[tuple[str, int]] = []
    for number, line in enumerate(file.text.splitlines(), start=1):
        if re.match(r"^ *(?:CONTAINER ID|NAMES?)\s{1,}(?:IMAGE|COMMAND|SERVICE|STATUS|STATE|PORTS)", line):
            columns = [(title, at.start()) for title in TITLES if (at := re.search(rf"(?<!\w){title}\b(?! ID)", line))
                       and not (title == "NAME" and "NAMES" in line)]  # fmt: skip
            columns.sort(key=lambda column: column[1])
        elif columns and line.strip():
            yield _cells(line, columns), number, line.strip()
        elif columns:
            columns = []


def _cells(line: str, columns: list[tuple[str, int]]) -> dict[str, str]:
    """By the header's columns; by gaps where copying moved them."""
    ends = [start for _, start in columns[1:]] + [len(line)]
    aligned = all(start == 0 or start > len(line) or line[start - 1 : start] in (" ", "") for _, start in columns)
    if aligned:
        return {title: line[start:end].strip() for (title, start), end in zip(columns, ends, strict=True)}
    cells = re.split(r"\s{2,}|\t", line.strip())
    titles = [title for title, _ in columns]
    if len(cells) == len(titles) - 1 and "PORTS" in titles:
        cells.insert(titles.index("PORTS"), "")
    return dict(zip(titles, cells, strict=False))


def _container(file: TextFile, row: dict[str, str], number: int, line: str) -> Container | None:
    name = (row.get("NAMES") or row.get("NAME") or "").split(",")[0]
    status = row.get("STATUS") or row.get("STATE") or ""
    if not name or not re.match(r"[A-Za-z0-9][\w.-]*$", name):
        return None
    code = CODE.search(status)
    health = HEALTH.search(status)
    return Container(
        name=name,
        at=Place(file.shown, number, line),
        image=row.get("IMAGE", ""),
        service=row.get("SERVICE") or _service(name),
        project=row.get("PROJECT") or None,
        state=_state(status),
        exit_code=int(code.group(1) or code.group(2)) if code else None,
        health=health.group(1) if health else "",
        published=_published(row.get("PORTS", "")),
    )


def _service(name: str) -> str | None:
    """Compose's own container names: project-service-1."""
    found = re.fullmatch(r"[\w.]+[-_](?P<service>[\w-]+)[-_]\d+", name)
    return found["service"].rsplit("-", 1)[-1] if found else None


def _state(status: str) -> str:
    lowered = status.lower()
    if "paused" in lowered:
        return "paused"
    for start, state in (("up", "running"), ("running", "running"), ("exit", "exited"), ("restarting", "restarting"),
                         ("created", "created"), ("dead", "dead"), ("remov", "removing")):  # fmt: skip
        if lowered.startswith(start):
            return state
    return "running" if not lowered else lowered.split()[0]


def _published(text: str) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for one in PUBLISHED.finditer(text):
        host = (one["host"] or "0.0.0.0").replace("*", "0.0.0.0")
        host = "[::]" if host.startswith("::") or host == ":" else host
        first, last, inner = int(one["from"]), int(one["to"] or one["from"]), int(one["inner"])
        for step in range(min(last - first, 100) + 1):
            found[inner + step] = (*found.get(inner + step, ()), f"{host}:{first + step}")
    return found
