"""Docker on Linux defines host.docker.internal only where extra_hosts says so."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, in_container, links, proxy_service
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

SHOULD = "host-gateway"
DESKTOP = r"Docker Desktop|docker-desktop|linuxkit|orbstack"

QUADLET = (".container", ".pod")
"""Podman gives its containers the host's names by itself."""


PODMANS = "host.containers.internal"
"""Podman's own name for the host, which no guide for Docker has: who writes it has Podman read the compose file."""


def judge(setup: Setup) -> Finding | None:
    if any(True for _ in setup.said(DESKTOP)):
        return None
    for link in links(setup):
        service = proxy_service(setup, link.proxy)
        if (
            link.reach is not Reach.HOST_ALIAS
            or not in_container(link.proxy)
            or service is None
            or service.host_network
            or service.at.source.endswith(QUADLET)
            or link.target.host.lower() == PODMANS
        ):
            continue
        name = link.target.host.lower()
        entry = next((value for key, value in service.extra_hosts.items() if key.lower() == name), None)
        if entry is None or not _leads_somewhere(entry):
            return _finding(setup, link, service, entry)
        if link.proxy.resolver is not None and link.upstream.by_variable and link.proxy.kind is ProxyKind.NGINX:
            return _asked_of_dns(link, entry, link.proxy.resolver.at)
    return None


def _asked_of_dns(link: Link, entry: Value[str], resolver: Place) -> Finding:
    return Finding(
        summary=f"nginx looks {link.target.host} up at its resolver ({resolver}) because of the variable, and "
        "extra_hosts only writes /etc/hosts, which a resolver does not read",
        fix=Fix(f"proxy_pass http://{link.target}; without a variable at {link.upstream.at}", reload(link.proxy)),
        evidence=at(link.upstream.at, resolver, entry.at),
    )


def _leads_somewhere(entry: Value[str]) -> bool:
    return entry.value == SHOULD or entry.value[:1].isdigit() or ":" in entry.value


def _finding(setup: Setup, link: Link, service: Service, entry: Value[str] | None) -> Finding:
    what = f"is set to {entry.value}, which is no address" if entry else "is not defined on Linux without extra_hosts"
    line = f"{link.target.host}:{SHOULD}"
    return Finding(
        summary=f"{link.proxy.kind.value} in service {service.name} asks {link.target}, but {link.target.host} {what}",
        fix=Fix(f'at service {service.name}: extra_hosts: ["{line}"]', "docker compose up -d"),
        evidence=at(link.target.at, entry.at if entry else service.at, *_lookups(setup, link)),
    )


def _lookups(setup: Setup, link: Link) -> list[Place]:
    said = setup.said(re.escape(link.target.host), Speaker.NGINX, Speaker.CADDY)
    return [line.at for line, _ in said][:1]


CAUSE = Cause(
    slug="host-docker-internal-undefined",
    title="host.docker.internal is defined in the proxy's container",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"upstream-name-unknown"}),
)
