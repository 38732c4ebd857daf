"""systemd units: unit files with drop-ins and environment files, and what `systemctl status` and `show` printed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from clawkit.doctor.model.host import Unit
from clawkit.doctor.model.place import Value
from clawkit.doctor.readers import dotenv
from clawkit.doctor.readers.lines import hidden, lines_of, names_secret, place
from clawkit.doctor.readers.text import TextFile

_HEAD = re.compile(r"^[●○\u00d7↻*]?\s*(?P<name>[\w@.:\\-]+\.service)(?: - .*)?$")
_CAT = re.compile(r"^# (/\S+\.(?:service|conf))$")
_USER = re.compile(r"/systemd/user/|/\.config/systemd/")
_SANDBOX = (
    "PrivateNetwork", "IPAddressDeny", "IPAddressAllow", "RestrictAddressFamilies", "NetworkNamespacePath",
    "ProtectHome", "ProtectSystem", "ReadOnlyPaths", "ReadWritePaths", "StateDirectory",
)  # fmt: skip
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGT]?)", re.IGNORECASE)
_PREFIX = "-@:+!|"
"""What may stand before the program of ExecStart."""


def parts(file: TextFile) -> Iterator[TextFile]:
    """`systemctl status ONE OTHER` prints one below the other; each keeps its line numbers."""
    lines = lines_of(file.text)
    heads = [number for number, (line, below) in enumerate(pairwise(lines))
             if _HEAD.match(line) and below.strip().startswith("Loaded:")]  # fmt: skip
    for start, end in pairwise([*heads, len(lines)]) if len(heads) > 1 else [(0, len(lines))]:
        yield replace(file, text="\n" * start + "\n".join(lines[start:end]))


def read(file: TextFile, files: Sequence[TextFile] = ()) -> Unit | None:
    """One unit, or None if the file holds none. `files`: where drop-ins and environment files are looked for."""
    lines = lines_of(file.text)
    head = next((match for line in lines[:5] if (match := _HEAD.match(line.strip()))), None)
    if head is not None and any(line.strip().startswith(("Loaded:", "Active:")) for line in lines[:12]):
        return _status(file, head["name"])
    if any(line.startswith("ActiveState=") for line in lines):
        return _shown(file)
    if "[Service]" not in file.text or _drop_in(file):
        return None
    return _written(file, files)


def _drop_in(file: TextFile) -> bool:
    return file.path.parent.name.endswith(".service.d")


@dataclass(slots=True)
class _Section:
    """The settings of [Service], a list for each: an empty one takes back what stands before it."""

    settings: dict[str, list[Value[str]]] = field(default_factory=dict)

    def add(self, key: str, value: Value[str]) -> None:
        if value.value:
            self.settings.setdefault(key, []).append(value)
        else:
            self.settings[key] = []

    def last(self, key: str) -> Value[str] | None:
        found = self.settings.get(key)
        return found[-1] if found else None

    def word(self, key: str) -> str:
        found = self.last(key)
        return found.value if found else ""


def _written(file: TextFile, files: Sequence[TextFile]) -> Unit:
    name = _name(file)
    section = _Section()
    folder = f"{name}.d"
    extra = sorted((other for other in files if other.path.parent.name == folder), key=lambda other: other.path.name)
    for source in (file, *extra):
        for key, value in _settings(source):
            section.add(key, value)
    command = section.last("ExecStart")
    if command is not None:
        command = replace(command, value=command.value.lstrip(_PREFIX).strip())
    return Unit(
        name=name,
        at=place(file, 1),
        command=command,
        environment=_environment(section, files),
        restart=section.word("Restart"),
        user_scope=bool(_USER.search(str(file.path)) or _USER.search(file.text[:200]))
        or "WantedBy=default.target" in file.text,
        working_directory=section.word("WorkingDirectory").lstrip("-"),
        user=section.word("User"),
        memory=_memory(section),
        sandbox={key: found for key in _SANDBOX if (found := _joined(section, key)) is not None},
    )


def _memory(section: _Section) -> Value[int] | None:
    """A share of the machine's memory (30%) and `infinity` say nothing here."""
    found = section.last("MemoryMax") or section.last("MemoryLimit")
    size = _SIZE.fullmatch(found.value) if found else None
    if found is None or size is None:
        return None
    return Value(int(float(size[1]) * 1024 ** ("KMGT".index(size[2].upper()) + 1 if size[2] else 0)), found.at)


def _joined(section: _Section, key: str) -> Value[str] | None:
    values = section.settings.get(key, [])
    return Value(" ".join(each.value for each in values), values[-1].at) if values else None


def _name(file: TextFile) -> str:
    """The file's, or the one that `systemctl cat` prints above it."""
    for line in lines_of(file.text)[:3]:
        match = _CAT.match(line.strip())
        if match:
            return match.group(1).rsplit("/", 1)[-1]
    name = file.path.name
    return name if name.endswith(".service") else f"{file.path.stem}.service"


def _settings(file: TextFile) -> Iterator[tuple[str, Value[str]]]:
    section, pending, start = "", "", 0
    for number, line in enumerate(lines_of(file.text), 1):
        text = line.strip()
        if not pending and (not text or text[0] in "#;"):
            continue
        if not pending and text.startswith("[") and text.endswith("]"):
            section = text[1:-1]
            continue
        start = start if pending else number
        pending += text[:-1] + " " if text.endswith("\\") else text
        if text.endswith("\\"):
            continue
        key, equals, value = pending.partition("=")
        pending = ""
        if equals and section == "Service":
            yield key.strip(), Value(value.strip(), place(file, start, _secret(value)))


def _secret(value: str) -> str:
    """Of an Environment= or ExecStart= line the first literal secret."""
    words = _words(value)
    for index, word in enumerate(words):
        name, equals, text = word.partition("=")
        if equals and hidden(name, text):
            return text
        if word.startswith("--") and names_secret(word) and index + 1 < len(words):
            return words[index + 1]
    return ""


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _environment(section: _Section, files: Sequence[TextFile]) -> dict[str, Value[str]]:
    """EnvironmentFile beats Environment, whatever their order: systemd.exec(5)."""
    found: dict[str, Value[str]] = {}
    for setting in section.settings.get("Environment", ()):
        for word in _words(setting.value):
            name, equals, text = word.partition("=")
            if equals:
                found[name] = Value(text, setting.at)
    for setting in section.settings.get("EnvironmentFile", ()):
        path = setting.value.lstrip("-").replace("%h", "")
        given = next((file for file in files if str(file.path) == path), None)
        named = [file for file in files if file.path.name == path.rsplit("/", 1)[-1] and file.path.name != ""]
        given = given or (named[0] if len(named) == 1 else None)
        if given is not None:
            found.update(dotenv.read(given))
    return found


_ACTIVE = re.compile(r"^\s*Active:\s+(?P<state>[\w-]+)")
_LOADED = re.compile(r"^\s*Loaded:.*\((?P<path>/[^;)]+)")
_PID = re.compile(r"^\s*Main PID:\s+(?P<pid>\d+)(?:.*status=(?P<code>\d+))?")
_PROCESS = re.compile(r"^\s*Process:.*ExecStart=(?P<command>.*?)\s+\(code=\w+, status=(?P<code>\d+)?")
_GROUP = re.compile(r"^\s*[└├]─\s*(?P<pid>\d+)\s+(?P<command>\S.*)$")


def _status(file: TextFile, name: str) -> Unit:
    """What `systemctl status` shows."""
    unit = Unit(name=name, at=place(file, 1))
    for number, line in enumerate(lines_of(file.text), 1):
        if match := _ACTIVE.match(line):
            unit = replace(unit, active=match["state"], at=place(file, number))
        elif match := _LOADED.match(line):
            quadlet = match["path"].rsplit(".", 1)[-1] in ("container", "pod")
            unit = replace(unit, user_scope=bool(_USER.search(match["path"])), container=quadlet)
        elif match := _PID.match(line):
            code = int(match["code"]) if match["code"] else unit.exit_code
            unit = replace(unit, main_pid=int(match["pid"]), exit_code=code)
        elif match := _PROCESS.match(line):
            code = int(match["code"]) if match["code"] else unit.exit_code
            unit = replace(unit, exit_code=code, command=_command(file, number, match["command"]))
        elif (match := _GROUP.match(line)) and unit.command is None:
            unit = replace(unit, command=_command(file, number, match["command"]))
    return unit


def _command(file: TextFile, number: int, text: str) -> Value[str]:
    return Value(text.strip(), place(file, number, _secret(text)))


def _shown(file: TextFile) -> Unit:
    """What `systemctl show` prints: Key=Value."""
    found: dict[str, Value[str]] = {}
    for number, line in enumerate(lines_of(file.text), 1):
        key, equals, value = line.partition("=")
        if equals and key not in found:
            found[key] = Value(value.strip(), place(file, number, _secret(value)))
    word = {key: value.value for key, value in found.items()}
    argv = re.search(r"argv\[\]=(.*?) ;", word.get("ExecStart", ""))
    pid, code = word.get("MainPID", ""), word.get("ExecMainStatus", "")
    return Unit(
        name=word.get("Id") or f"{file.path.stem}.service",
        at=found["ActiveState"].at,
        active=word["ActiveState"],
        command=Value(argv.group(1), found["ExecStart"].at) if argv else None,
        restart=word.get("Restart", ""),
        user_scope=bool(_USER.search(word.get("FragmentPath", ""))),
        exit_code=int(code) if code.isdecimal() else None,
        main_pid=int(pid) if pid.isdecimal() and pid != "0" else None,
    )
