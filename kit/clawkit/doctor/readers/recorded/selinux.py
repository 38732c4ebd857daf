"""`getenforce`, `sestatus`, `getsebool`, `ls -Z`."""

from __future__ import annotations

import re

from clawkit.doctor.model.host import Host
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.readers.recorded.command import Command
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.text import TextFile

MODE = re.compile(
    r"^(?P<bare>Enforcing|Permissive|Disabled)$|^Current mode:\s+(?P<mode>\w+)|^SELinux status:\s+(?P<off>disabled)"
)
BOOLEAN = re.compile(r"^(?P<name>\w+) --> (?P<state>on|off)|^(?P<listed>\w+)\s+\((?P<now>on|off) *, *\w+\)")
LABEL = re.compile(r"(?P<label>\w+_u:\w+_r:\w+_t:s\d\S*)\s+(?:.*\s)?(?P<path>\S+)$")


def read(file: TextFile, command: Command | None = None) -> Seen:
    mode: Value[str] | None = None
    booleans: dict[str, Value[bool]] = {}
    labels: dict[str, Value[str]] = {}
    folder = ""
    for number, line in enumerate(file.text.splitlines(), start=1):
        place = Place(file.shown, number, line.strip())
        if found := MODE.match(line.strip()):
            mode = Value((found["bare"] or found["mode"] or found["off"]).lower(), place)
        elif found := BOOLEAN.match(line.strip()):
            booleans[found["name"] or found["listed"]] = Value((found["state"] or found["now"]) == "on", place)
        elif found := LABEL.search(line.rstrip()):
            path = found["path"] if found["path"].startswith(("/", "~")) or not folder else f"{folder}/{found['path']}"
            labels[_whole(path, command)] = Value(found["label"], place)
        elif line.rstrip().endswith(":") and line.startswith("/"):
            folder = line.strip().rstrip(":").rstrip("/")
    return Seen(host=Host(selinux=mode, sebooleans=booleans, labels=labels))


def _whole(path: str, command: Command | None) -> str:
    """`ls -Z FOLDER` prints bare names: they are in the folder that was asked for."""
    if path.startswith(("/", "~")) or command is None:
        return path
    asked = next((word for word in reversed(command.words) if word.startswith(("/", "~", "."))), "")
    if not asked:
        return path
    return (
        asked.rstrip("/")
        if path == "." or command.has("-d", "-Zd", "-dZ", "-ldZ", "-lZd")
        else f"{asked.rstrip('/')}/{path}"
    )
