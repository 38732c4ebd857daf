"""Podman's Quadlet files (.container, .pod) as one project: what Compose would have been told."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from clawkit.doctor.model.compose import Compose, Network, Service
from clawkit.doctor.model.place import Place, Problem, Value
from clawkit.doctor.readers.docker_run.service import Places, service
from clawkit.doctor.readers.lines import lines_of, place
from clawkit.doctor.readers.text import TextFile

OPTIONS = {
    "ContainerName": "name",
    "PodName": "name",
    "Network": "network",
    "NetworkAlias": "network-alias",
    "IP": "ip",
    "PublishPort": "publish",
    "Volume": "volume",
    "Mount": "mount",
    "Environment": "env",
    "EnvironmentFile": "env-file",
    "AddHost": "add-host",
    "DNS": "dns",
    "Label": "label",
    "User": "user",
    "HostName": "hostname",
    "Tmpfs": "tmpfs",
    "Memory": "memory",
    "PidsLimit": "pids-limit",
    "DropCapability": "cap-drop",
    "AddCapability": "cap-add",
    "Entrypoint": "entrypoint",
}
"""podman-systemd.unit(5): the key, and the option of `podman run` that it stands for."""
WORDS = ("Environment", "Label")
"""Several on one line, in quotes where they hold spaces."""
PAUSE = "podman-pause"
"""What holds the network of a pod."""
SECTIONS = ("[Container]", "[Pod]")


@dataclass(slots=True)
class _Unit:
    file: TextFile
    options: dict[str, list[str]] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=dict)
    pod: bool = False

    @property
    def name(self) -> str:
        """Podman puts systemd- before the file's name where no other is written."""
        return next(iter(self.options.get("name", ())), f"systemd-{self.file.path.stem}")

    @property
    def at(self) -> Place:
        return place(self.file, 1)


def read(files: Sequence[TextFile]) -> tuple[Compose, ...]:
    units = [_unit(file) for file in files]
    pods = {one.file.path.name: one for one in units if one.pod}
    problems: list[Problem] = []
    made = [_service(one, pods, problems) for one in units if one.pod or "Image" in one.plain]
    if not made:
        return ()
    networks = {use.network: Network(use.network, use.at) for one in made for use in one.networks}
    shown = tuple(file.shown for file in files)
    return (Compose(units[0].at, {one.name: one for one in made}, networks, problems=tuple(problems), files=shown),)


def _unit(file: TextFile) -> _Unit:
    made = _Unit(file)
    for section, key, text in _settings(file):
        if section not in SECTIONS:
            continue
        made.pod = made.pod or section == "[Pod]"
        option = OPTIONS.get(key)
        if option is None:
            made.plain[key] = text
        elif not text:
            made.options.pop(option, None)
        else:
            made.options.setdefault(option, []).extend(_words(text) if key in WORDS else [_plain(key, text)])
    return made


def _settings(file: TextFile) -> Iterator[tuple[str, str, str]]:
    section, held = "", ""
    for line in lines_of(file.text):
        text = held + line.strip()
        held = ""
        if text.endswith("\\"):
            held = text[:-1].rstrip() + " "
        elif text.startswith("[") and text.endswith("]"):
            section = text
        elif text and text[0] not in "#;" and "=" in text:
            key, _, value = text.partition("=")
            yield section, key.strip(), value.strip()


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _plain(key: str, text: str) -> str:
    if key == "Volume":
        return text.replace("%h", "~")
    if key == "Network":
        name, colon, options = text.partition(":")
        return f"{name.removesuffix('.network')}{colon}{options}"
    return text


def _service(one: _Unit, pods: dict[str, _Unit], problems: list[Problem]) -> Service:
    image = one.plain.get("Image", "")
    spots = Places(one.file, 1, one.at, spread=True)
    made = service(one.name, image, _words(one.plain.get("Exec", "")), one.options, spots, problems)
    if one.plain.get("ReadOnly", "").lower() in ("true", "yes", "1", "on"):
        made = replace(made, read_only=Value(True, spots.of("ReadOnly")))
    pod = pods.get(one.plain.get("Pod", ""))
    if one.pod:
        return replace(made, image=Value(PAUSE, made.at))
    if pod is None:
        return made
    # the containers of a pod are one network: each other's loopback
    return replace(made, networks=(), network_mode=Value(f"service:{pod.name}", spots.of("Pod=")))
