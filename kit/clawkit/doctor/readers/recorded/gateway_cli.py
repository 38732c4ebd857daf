"""What `openclaw gateway status` and `openclaw status` say of the host: the gateway's unit and where it listens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from clawkit.doctor.model.host import Host, Socket, Unit
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.readers.recorded.command import Command
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.text import TextFile

RUNTIME = re.compile(r"^Runtime: (?P<state>running|stopped)\b(?:.*?\bstate (?P<active>[\w-]+))?(?:.*\blast exit "
                     r"(?P<code>\d+))?")  # fmt: skip
HEALTH = re.compile(r"^Service runtime: status=(?P<state>running|stopped)\b(?:, state=(?P<active>[\w-]+))?(?:.*\b"
                    r"lastExit=(?P<code>\d+))?")  # fmt: skip
"""What an update and the installer say of a service that did not get ready in time."""
PID = re.compile(r"^Runtime: running \(pid (\d+)")
COMMAND = re.compile(r"^Command: (?P<command>\S.*)$")
FILE = re.compile(r"^Service file: \S*?(?P<name>[\w@.-]+\.service)$")
LISTENING = re.compile(r"^Listening: (?P<all>.+)$")
BIND = re.compile(r"^Gateway: bind=\w+ \((?P<address>[\d.]+)\), port=(?P<port>\d+)")
ANSWERS = re.compile(r"^(?:RPC|Connectivity|Read) probe: ok")
ROW = re.compile(r"^[│┃] (?P<name>.*?) [│┃] (?P<text>.*?) [│┃]?\s*$")
SERVICE = re.compile(r"systemd.*· (?P<state>stopped|running|failed)(?: \(state (?P<active>[\w-]+))?")
UNIT = "openclaw-gateway.service"
NAME = "openclaw-gateway"


def read(file: TextFile, command: Command | None = None) -> Seen:
    """Of a container it says what its own systemd would: nothing."""
    if command is not None and command.container:
        return Seen()
    lines = list(enumerate(file.text.splitlines(), start=1))
    sockets = tuple(_sockets(file, lines))
    return Seen(host=Host(units=tuple(_status(file, lines) or _overview(file)), sockets=sockets))


def _status(file: TextFile, lines: list[tuple[int, str]]) -> list[Unit]:
    unit = Unit(name=UNIT, at=Place(file.shown, None, ""), user_scope=True)
    for number, line in lines:
        place = Place(file.shown, number, line.strip())
        if match := RUNTIME.match(line) or HEALTH.match(line):
            stopped = match["active"] or "inactive"
            active = "active" if match["state"] == "running" else stopped if stopped != "active" else "inactive"
            pid = PID.match(line)
            unit = replace(unit, at=place, active=active, main_pid=int(pid[1]) if pid else None,
                           exit_code=int(match["code"]) if match["code"] and active != "active" else None)  # fmt: skip
        elif match := COMMAND.match(line):
            unit = replace(unit, command=Value(match["command"], place))
        elif match := FILE.match(line):
            unit = replace(unit, name=match["name"])
    answers = any(ANSWERS.match(line) for _, line in lines)
    return [unit] if unit.active == "active" or (unit.active and not answers) else []


def _overview(file: TextFile) -> list[Unit]:
    """The table of `openclaw status`: its word on the service counts where nobody answers either."""
    rows = list(_rows(file))
    away = any(name == "Gateway" and "unreachable" in text for name, text, _ in rows)
    for name, text, place in rows:
        state = SERVICE.search(text) if name == "Gateway service" and away else None
        if state and state["state"] != "running":
            return [Unit(name=UNIT, at=place, active=state["active"] or "inactive", user_scope=True)]
    return []


def _rows(file: TextFile) -> Iterator[tuple[str, str, Place]]:
    """A row without a name goes on with the one above it."""
    name, text, place = "", "", Place(file.shown, None, "")
    for number, line in enumerate(file.text.splitlines(), start=1):
        row = ROW.match(line)
        if row is None:
            continue
        if row["name"].strip():
            yield name, text, place
            name, text = row["name"].strip(), row["text"].strip()
            place = Place(file.shown, number, f"{name}: {text}")
        else:
            text = f"{text} {row['text'].strip()}"
    yield name, text, place


def _sockets(file: TextFile, lines: list[tuple[int, str]]) -> Iterator[Socket]:
    """What it lists, or what it is told to listen on where it answers there."""
    answers = any(ANSWERS.match(line) for _, line in lines)
    for number, line in lines:
        place = Place(file.shown, number, line.strip())
        if listed := LISTENING.match(line):
            for one in listed["all"].split(","):
                address, _, port = one.strip().rpartition(":")
                if port.isdigit():
                    yield Socket(address.strip("[]").replace("*", "0.0.0.0"), int(port), place, NAME)
        elif answers and (bind := BIND.match(line)) and not any(LISTENING.match(each) for _, each in lines):
            yield Socket(bind["address"], int(bind["port"]), place, NAME)
