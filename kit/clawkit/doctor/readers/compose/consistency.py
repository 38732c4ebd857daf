"""What `docker compose config` refuses about the whole project: names that nobody defines, circles, contradictions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.place import Problem
from clawkit.doctor.readers.compose.service import DEFAULT
from clawkit.doctor.readers.compose.tree import Node
from clawkit.doctor.readers.compose.volumes import kind_of, parts

WANTED = re.compile(r"\$\{\w+:?\?")
"""A variable without which Compose does nothing."""
INVALID = ": invalid compose project"

OF_ITS_OWN = {
    "ports": "port publishing and the container type network mode",
    "hostname": "hostname and the network mode",
    "dns": "dns and the network mode",
    "extra_hosts": "custom host-to-IP mapping and the network mode",
}
"""What the engine refuses for a container that joins another's network, in its words."""


def problems(root: Node, services: dict[str, Service], active: frozenset[str]) -> Iterator[Problem]:
    """`active`: the profiles that .env switches on."""
    nodes = _entries(root, "services")
    for name, service in services.items():
        node = nodes[name]
        yield from _image(name, node, service)
        yield from _depends(name, node, services, active)
        yield from _undefined(root, name, node)
        yield from _limits(name, node)
    yield from _cycle(services)
    yield from _conflicts(services)


def _entries(root: Node, key: str) -> dict[str, Node]:
    found = root.get(key)
    return (found.entries if found else None) or {}


def _image(name: str, node: Node, service: Service) -> Iterator[Problem]:
    if not any(node.get(key) for key in ("image", "build", "provider", "extends")):
        words = f'service "{name}" has neither an image nor a build context specified{INVALID}'
        if service.image is None:
            yield Problem(words, node.at(), "no-image")
    elif service.image is not None and not service.image.value and service.built is None:
        words = f'service "{name}" has neither an image nor a build context specified{INVALID}'
        written = node.get("image")
        if written and written.unset and WANTED.search(written.raw or ""):
            return  # Compose speaks of the variable
        yield Problem(words, service.image.at, "image-unset" if written and written.unset else "no-image")
    if service.network_mode and node.get("networks"):
        words = f"service {name} declares mutually exclusive `network_mode` and `networks`{INVALID}"
        yield Problem(words, service.network_mode.at, "network-mode")
    if service.network_mode and service.network_mode.value.startswith(("service:", "container:")):
        for key, what in OF_ITS_OWN.items():
            found = node.get(key)
            if found and (found.items or found.entries or found.text):
                yield Problem(f"conflicting options: {what}", found.at(), "network-mode")


def _depends(name: str, node: Node, services: dict[str, Service], active: frozenset[str]) -> Iterator[Problem]:
    service, optional = services[name], _optional(node)
    needed = {other: value.at for other, value in service.depends_on.items() if other not in optional}
    if service.network_mode and service.network_mode.value.startswith("service:"):
        needed[service.network_mode.value.removeprefix("service:")] = service.network_mode.at
    for other, at in needed.items():
        if other not in services or (_off(services[other], active) and not _off(service, active)):
            yield Problem(f'service "{name}" depends on undefined service "{other}"{INVALID}', at, "undefined-service")


def _optional(node: Node) -> frozenset[str]:
    """`required: false`: Compose only warns where the other is not there."""
    found = {other: part.get("required") for other, part in _entries(node, "depends_on").items()}
    return frozenset(other for other, flag in found.items() if flag is not None and flag.boolean is False)


def _off(service: Service, active: frozenset[str]) -> bool:
    return bool(service.profiles) and not active & {"*", *service.profiles}


def _undefined(root: Node, name: str, node: Node) -> Iterator[Problem]:
    for kind, used in (
        ("network", [(key, part) for key, part in _entries(node, "networks").items() if key != DEFAULT]),
        ("volume", list(_volumes(node))),
        ("secret", list(_sources(node, "secrets"))),
        ("config", list(_sources(node, "configs"))),
    ):
        defined = _entries(root, f"{kind}s")
        for key, part in used:
            if key not in defined:
                words = f'service "{name}" refers to undefined {kind} {key}{INVALID}'
                yield Problem(words, part.at(), f"undefined-{kind}")


def _volumes(node: Node) -> Iterator[tuple[str, Node]]:
    found = node.get("volumes")
    for item in (found.items if found else None) or ():
        if item.entries is not None:
            source = item.word("source") if item.word("type") in ("", "volume") else ""
        else:
            source = parts(item.text or "")[0]
        if source and kind_of(source) == "volume":
            yield source, item


def _sources(node: Node, key: str) -> Iterator[tuple[str, Node]]:
    found = node.get(key)
    for item in (found.items if found else None) or ():
        name = item.word("source") if item.entries is not None else item.text or ""
        if name:
            yield name, item


def _limits(name: str, node: Node) -> Iterator[Problem]:
    deploy = node.get("deploy")
    resources = deploy.get("resources") if deploy else None
    limits = resources.get("limits") if resources else None
    for short, key in (("mem_limit", "memory"), ("pids_limit", "pids"), ("cpus", "cpus")):
        one, other = node.get(short), limits.get(key) if limits else None
        if one and other and one.text and other.text and one.text.lower() != other.text.lower():
            words = f"can't set distinct values on '{short}' and 'deploy.resources.limits.{key}'{INVALID}"
            yield Problem(f"services.{name}: {words}", one.at(), "distinct-limits")


def _cycle(services: dict[str, Service]) -> Iterator[Problem]:
    """The first circle of depends_on, as Compose writes it: a -> b -> a."""
    done: set[str] = set()
    for start in sorted(services):
        way: list[str] = []
        found = _follow(start, services, way, done)
        if found:
            words = f"dependency cycle detected: {' -> '.join(found)}"
            yield Problem(words, services[found[0]].depends_on[found[1]].at, "cycle")
            return


def _follow(name: str, services: dict[str, Service], way: list[str], done: set[str]) -> list[str]:
    if name in way:
        return [*way[way.index(name) :], name]
    if name in done or name not in services:
        return []
    way.append(name)
    for other in services[name].depends_on:
        found = _follow(other, services, way, done)
        if found:
            return found
    way.pop()
    done.add(name)
    return []


def _conflicts(services: dict[str, Service]) -> Iterator[Problem]:
    """Two services that start together and want one port of the host: the engine refuses the second."""
    taken: dict[tuple[str, int], tuple[str, str]] = {}
    for name, service in services.items():
        if service.profiles or service.network_mode:
            continue
        for port in service.ports:
            if port.published is None or port.published == 0:
                continue
            key = (port.protocol, port.published)
            other, address = taken.setdefault(key, (name, port.address))
            if other != name and (address == port.address or _every(address) or _every(port.address)):
                where = f"{port.address or '0.0.0.0'}:{port.published}"
                words = f"Bind for {where} failed: port is already allocated (by service {other})"
                yield Problem(words, port.at, "port-conflict")


def _every(address: str) -> bool:
    return address in ("", "0.0.0.0", "::")
