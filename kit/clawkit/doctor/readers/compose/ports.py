"""Published and exposed ports in all of Compose's spellings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clawkit.doctor.model.compose import Port
from clawkit.doctor.model.place import Place, Problem, Value
from clawkit.doctor.readers.compose.tree import Node

_SHORT = re.compile(
    r"(?:(?:(?P<address>\[[0-9A-Fa-f:.%]+\]|[^:\[\]]*|[0-9A-Fa-f:]+):)?(?P<host>[^:]*):)?(?P<target>[^:/]+)"
    r"(?:/(?P<protocol>\w+))?$"
)
LARGEST = 65535
WIDEST = 200
"""Of a range: more are not listed one by one."""


def read(node: Node | None, problems: list[Problem]) -> tuple[Port, ...]:
    """Every port of `ports:`; what Docker would refuse becomes a problem in its words."""
    found: list[Port] = []
    for item in (node.items if node else None) or ():
        try:
            made = _long(item) if item.entries is not None else short(item.text or "", item.at())
            found += [port for port in made if port not in found]
        except ValueError as error:
            if not item.unset:  # a variable that nobody gave is blank here, and set where Compose is run
                problems.append(Problem(str(error), item.at(), "port"))
    return tuple(found)


def _long(item: Node) -> Iterator[Port]:
    target, published = item.word("target"), item.word("published")
    address, protocol = item.word("host_ip").strip("[]"), item.word("protocol") or "tcp"
    at = (item.get("published") or item.get("target") or item).at()
    hosts = list(_range(published, "hostPort")) if published else [None]
    inside = list(_range(target, "containerPort"))
    if len(inside) == 1 and len(hosts) > 1:
        # a range of host ports for one port inside: Docker takes the first that is free
        hosts = hosts[:1]
    for index, port in enumerate(inside):
        yield Port(port, hosts[index] if index < len(hosts) else None, at, address, protocol.lower())


def short(text: str, at: Place) -> Iterator[Port]:
    """ "80", "8080:80", "127.0.0.1:8080:80/tcp", "3000-3005:4000-4005", "[::1]:8080:80", "127.0.0.1::80"."""
    match = _SHORT.match(text.strip())
    if match is None:
        raise ValueError(f"Invalid ip address: {text}" if text.count(":") > 1 else f"Invalid containerPort: {text}")
    inside = list(_range(match["target"], "containerPort"))
    host = match["host"]
    outside: list[int | None] = list(_range(host, "hostPort")) if host else [None] * len(inside)
    if len(inside) == 1 and len(outside) > 1:
        outside = outside[:1]
    if len(inside) != len(outside):
        raise ValueError(f"Invalid ranges specified for container and host Ports: {match['target']} and {host}")
    for port, published in zip(inside, outside, strict=True):
        yield Port(port, published, at, (match["address"] or "").strip("[]"), (match["protocol"] or "tcp").lower())


def _range(text: str, what: str) -> Iterator[int]:
    first, _, last = text.partition("-")
    if not first.isdecimal() or (last and not last.isdecimal()):
        raise ValueError(f"Invalid {what}: {text}")
    low, high = int(first), int(last or first)
    if not 0 <= low <= high <= LARGEST:
        raise ValueError(f"Invalid {what}: {text}")
    yield from range(low, min(high, low + WIDEST) + 1)


def identity(node: Node) -> str:
    """What makes two entries of two files one: the whole port as it is meant, however it is spelt."""
    try:
        made = tuple(_long(node) if node.entries is not None else short(node.text or "", node.at()))
        return repr([(port.address, port.published, port.target, port.protocol) for port in made])
    except ValueError:
        return repr(id(node))


def exposed(node: Node | None) -> tuple[Value[int], ...]:
    """`expose:`, ranges one by one."""
    found: list[Value[int]] = []
    for item in (node.items if node else None) or ():
        try:
            found += [Value(port, item.at()) for port in _range((item.text or "").split("/")[0], "port")]
        except ValueError:
            continue
    return tuple(found)
