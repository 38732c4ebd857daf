"""The gateway or the proxy has a profile, and the project was started without it."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import project_of
from clawkit.doctor.programs import gateway_services, proxy_services


def judge(setup: Setup) -> Finding | None:
    needed = (*gateway_services(setup), *(service for _, service in proxy_services(setup)))
    for service in needed:
        project = project_of(setup, service)
        if project is None or project.starts(service) or setup.container(service.name) is not None:
            continue
        shown = _left_out(setup, service) if setup.containers else _missed(setup, project, service)
        if shown:
            profile = service.profiles[0]
            return Finding(
                summary=f"service {service.name} belongs to profile {profile} and was not started with the others",
                fix=Fix(f"take profiles: out of {service.name}, or set COMPOSE_PROFILES={profile} in .env",
                        f"docker compose --profile {profile} up -d"),
                evidence=at(service.at, *shown),
            )  # fmt: skip
    return None


def _left_out(setup: Setup, service: Service) -> list[Place]:
    """`compose ps -a` of one project is enough: it lists each service that was ever started."""
    if any(one.name in service.names for one in setup.containers):
        return []
    others = [setup.container(one.name) for one in setup.services() if not one.profiles]
    return [container.at for container in others if container is not None][:1]


def _missed(setup: Setup, project: Compose, service: Service) -> list[Place]:
    """Without a list of containers: .env switches other profiles on, or the proxy found nobody of that name."""
    said = [project.profiles.at] if project.profiles else []
    name = "(?:" + "|".join(re.escape(one) for one in service.names) + r")\b"
    pattern = rf'host not found in upstream "{name}|lookup {name}.*no such host|{name} could not be resolved'
    return [*said, *(line.at for line, _ in setup.said(pattern, Speaker.NGINX, Speaker.CADDY, Speaker.UNKNOWN))][:2]


CAUSE = Cause(
    slug="service-behind-profile",
    title="no profile holds a service back",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.REFUSED),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
    explains=frozenset(
        {"gateway-not-running", "proxy-not-running", "upstream-not-up-at-start", "upstream-name-unknown"}
    ),
)
