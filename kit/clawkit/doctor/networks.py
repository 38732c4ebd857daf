"""Which containers can talk to each other: compose networks by the engine's names, and shared network namespaces."""

from __future__ import annotations

from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.model.setup import Setup


def project_of(setup: Setup, service: Service) -> Compose | None:
    return next((one for one in setup.compose if one.services.get(service.name) is service), None)


def networks(setup: Setup, service: Service) -> frozenset[str]:
    """The engine's names of its networks; a service that shares another's namespace has that one's. Where nobody wrote
    the project's name, a network has the file's instead, with a slash."""
    owner = namespace_of(setup, service)
    project = project_of(setup, owner)
    names = set()
    for use in owner.networks:
        known = project.networks.get(use.network) if project else None
        if known is not None and (known.real_name or known.external):
            names.add(known.real_name or known.name)
        elif project is not None and project.name:
            names.add(f"{project.name}_{use.network}")
        else:
            names.add(f"{project.at.source if project else ''}/{use.network}")
    return frozenset(names)


def namespace_of(setup: Setup, service: Service) -> Service:
    """`network_mode: service:x` is x's own network."""
    mode = service.network_mode.value if service.network_mode else ""
    if mode.startswith(("service:", "container:")):
        return setup.service(mode.split(":", 1)[1]) or service
    return service


def same_namespace(setup: Setup, one: Service, other: Service) -> bool:
    """They share one loopback."""
    first, second = namespace_of(setup, one), namespace_of(setup, other)
    return first is second or (first.host_network and second.host_network)


def meet(setup: Setup, one: Service, other: Service) -> bool:
    """A packet gets from one to the other by its name."""
    first, second = networks(setup, one), networks(setup, other)
    return same_namespace(setup, one, other) or bool(first & second) or _joins(first, second) or _joins(second, first)


def _joins(names: frozenset[str], others: frozenset[str]) -> bool:
    """`external: web_default` is the network `default` of a project web; the folder that gave it this name may be
    called otherwise here."""
    return any(
        "/" in other and "/" not in name and name.endswith("_" + other.rsplit("/", 1)[1])
        for name in names
        for other in others
    )


def may_meet_outside(setup: Setup, service: Service) -> bool:
    """It is on a network that other projects may join, whose names nobody can know from here."""
    project = project_of(setup, service)
    uses = namespace_of(setup, service).networks
    return any(project.networks[use.network].external for use in uses if project and use.network in project.networks)
