"""Which containers of an engine belong together: a gateway, whoever shares a network or a project with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clawkit.doctor.model.container import Container
from clawkit.doctor.readers.live.role import Role, role
from clawkit.engine.view import Document

PROXIES = (Role.NGINX, Role.CADDY, Role.TRAEFIK)
SHARED = ("bridge", "host", "none")
"""Everybody is on these, so to share them joins nobody."""


@dataclass(frozen=True, slots=True)
class Group:
    documents: tuple[Document, ...]
    containers: tuple[Container, ...]


def groups(documents: Sequence[Document], containers: Sequence[Container]) -> tuple[Group, ...]:
    """One for each project or network with a gateway in it; one that is alone stands for itself."""
    found: list[Group] = []
    taken: set[str] = set()
    gateways = [one for one in containers if role(one) is Role.GATEWAY]
    for gateway in gateways:
        if gateway.name in taken:
            continue
        members = _members(gateway, containers, alone=len(gateways) == 1)
        taken |= {one.name for one in members}
        pairs = [(d, c) for d, c in zip(documents, containers, strict=True) if c in members]
        found.append(Group(tuple(d for d, _ in pairs), tuple(c for _, c in pairs)))
    return tuple(found)


def _members(gateway: Container, containers: Sequence[Container], *, alone: bool) -> list[Container]:
    networks = {name for name in gateway.addresses if name not in SHARED}
    return [
        one for one in containers
        if one is gateway
        or (gateway.project and one.project == gateway.project)
        or networks & set(one.addresses)
        # the only gateway: a proxy without a network in common is what is wrong, or it goes through the host
        or (alone and role(one) in PROXIES)
    ]  # fmt: skip
