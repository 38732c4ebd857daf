"""`docker inspect` of containers, networks, and services of a Swarm, as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.recorded import swarmed
from clawkit.doctor.readers.recorded.command import Command
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.text import TextFile

FIELD = re.compile(r"\{\{ ?(?:json )?((?:\.\w+)+) ?\}\}")
ENDS = (".State.ExitCode", ".State.OOMKilled", ".State.Error", ".State.FinishedAt")
ALL = re.compile(r"(?:ps|container ls) (?:-aq|-qa|-a -q|-q -a|--all)")


def read(file: TextFile, command: Command | None = None) -> Seen:
    """A fragment that is no whole JSON tells nothing."""
    every = command is not None and ALL.search(command.typed) is not None and not command.filtered
    documents = _formatted(file.text, command) or list(_documents(file.text))
    if any(map(swarmed.is_service, documents)):
        return Seen(containers=tuple(swarmed.read(file, documents)))
    found: list[Container] = []
    for document in documents:
        if "IPAM" in document or ("Scope" in document and "Driver" in document):
            found += _network(file, document)
        elif isinstance(document.get("State"), dict) or "NetworkSettings" in document or "HostConfig" in document:
            container = _container(file, document)
            found += [container] if container else []
    return Seen(containers=tuple(found), containers_known=every and bool(found))


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """Objects of one or several JSON texts after each other."""
    decoder, at = json.JSONDecoder(), 0
    while (start := re.compile(r"[\[{]").search(text, at)) is not None:
        try:
            found, at = decoder.raw_decode(text, start.start())
        except ValueError:
            return
        for one in found if isinstance(found, list) else [found]:
            if isinstance(one, dict):
                yield one


def _formatted(text: str, command: Command | None) -> list[dict[str, Any]]:
    """`docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' NAME`: values in the order of the template."""
    template = command.value("-f", "--format") if command else ""
    if "range" in template and ".IPAddress" in template:
        return list(_addressed(text, template, command))
    fields = FIELD.findall(template)
    named = [word for word in command.words if not word.startswith("-") and word != template] if command else []
    name = named[-1] if named else ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not fields or not lines:
        return []
    if "json" in template and len(fields) == 1:
        try:
            values: list[Any] = [json.loads(" ".join(lines))]
        except ValueError:
            return []
    else:
        rest = FIELD.sub(" ", template)
        values = [word for word in re.split(r"[\s,;|/]+", lines[0]) if word.strip("=:") and word not in rest.split()]
        values = [word.rpartition("=")[2] for word in values]
    if len(values) != len(fields):
        return []
    document: dict[str, Any] = {"Name": name, "State": {}, "HostConfig": {}}
    for path, value in zip(fields, values, strict=True):
        _put(document, path.split(".")[1:], value)
    if "Status" not in document["State"] and not any(field in ENDS for field in fields):
        document["State"]["Status"] = "running"  # nobody asked, and most that are inspected do run
    return [document]


def _addressed(text: str, template: str, command: Command | None) -> Iterator[dict[str, Any]]:
    """`docker inspect -f '{{.Name}} {{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' …`: a line for each."""
    last = command.words[-1] if command is not None and command.words else ""
    for line in text.splitlines():
        words = [word for word in re.split(r"[\s,;|=>-]*[\s,;|=>][\s,;|=>-]*", line.strip()) if word]
        named = ".Name" in template and bool(words)
        name = words[0].lstrip("/") if named else last
        addresses = [word for word in words[named:] if re.fullmatch(r"\d+\.\d+\.\d+\.\d+", word)]
        if name and addresses:
            networks = {f"network {number}": {"IPAddress": one} for number, one in enumerate(addresses, 1)}
            yield {"Name": name, "State": {"Status": "running"}, "HostConfig": {},
                   "NetworkSettings": {"Networks": networks}}  # fmt: skip


def _put(document: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        document = document.setdefault(part, {}) if isinstance(document.setdefault(part, {}), dict) else {}
    if isinstance(value, str):
        value = (
            int(value) if re.fullmatch(r"-?\d+", value) else value == "true" if value in ("true", "false") else value
        )
    if path:
        document[path[-1]] = value


def _container(file: TextFile, document: dict[str, Any]) -> Container | None:
    from clawkit.doctor.readers.live import inspected

    state = document.get("State") if isinstance(document.get("State"), dict) else {}
    assert isinstance(state, dict)
    name = str(document.get("Name") or document.get("Id") or "")
    at = Place(file.shown, _line(file.text, name), f"{name.lstrip('/')}: {inspected.told(state)}")
    try:
        return inspected.container(document, at)
    except (AttributeError, KeyError, TypeError, ValueError):  # a shortened or hand-made document
        return Container(name=name.lstrip("/"), at=at, state=str(state.get("Status") or "created"))


def _line(text: str, name: str) -> int | None:
    """Where the container's state stands, in the object of this name."""
    names = re.search(rf'"Name"\s*:\s*"{re.escape(name)}"', text)
    if names is None:
        first = next((n for n, line in enumerate(text.splitlines(), start=1) if line.strip()), None)
        return first
    before = text.rfind('"Status"', 0, names.start())
    end = before if before >= 0 else text.find('"Status"', names.end())
    return text.count("\n", 0, end if end >= 0 else names.start()) + 1


def _network(file: TextFile, document: dict[str, Any]) -> Iterator[Container]:
    """Who is on the network, with which address; a container that is not on it is not named at all."""
    network = str(document.get("Name") or "")
    settings = (document.get("IPAM") or {}).get("Config") or []
    gateway = next((str(one["Gateway"]) for one in settings if isinstance(one, dict) and one.get("Gateway")), "")
    for use in (document.get("Containers") or {}).values():
        name, address = str(use.get("Name") or ""), str(use.get("IPv4Address") or "").partition("/")[0]
        number = file.text.count("\n", 0, max(file.text.find(f'"{name}"'), 0)) + 1
        yield Container(
            name=name,
            at=Place(file.shown, number, f"{name} on {network}: {address}"),
            addresses={network: address},
            gateways={network: gateway.partition("/")[0]} if gateway else {},
        )
