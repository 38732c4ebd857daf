"""The gateway or the proxy has a profile, and the project was started without it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import gateway_services, proxy_services


def judge(setup: Setup) -> Finding | None:
    needed = (*gateway_services(setup), *(service for _, service in proxy_services(setup)))
    others = [one for one in setup.services() if not one.profiles and setup.container(one.name)]
    for service in needed:
        if service.profiles and others and setup.container(service.name) is None and _seen(setup, service.names):
            profile = service.profiles[0]
            return Finding(
                summary=f"service {service.name} belongs to profile {profile} and was not started with the others",
                fix=Fix(f"take profiles: out of {service.name}, or set COMPOSE_PROFILES={profile} in .env",
                        f"docker compose --profile {profile} up -d"),
                evidence=at(service.at, *_shown(setup, others[:1])),
            )  # fmt: skip
    return None


def _shown(setup: Setup, services: list[Service]) -> list[Place]:
    found = [setup.container(service.name) for service in services]
    return [container.at for container in found if container is not None]


def _seen(setup: Setup, names: tuple[str, ...]) -> bool:
    """`compose ps -a` of one project is enough: it lists each service that was ever started."""
    return bool(setup.containers) and not any(one.name in names for one in setup.containers)


CAUSE = Cause(
    slug="service-behind-profile",
    title="no profile holds a service back",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.REFUSED),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running"}),
)
