"""The Caddyfile names a variable that its container is not given, so it is empty there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import project_of
from clawkit.doctor.programs import proxy_services

VARIABLE = re.compile(r"\{\$(\w+)\}")
"""With a default, {$NAME:default}, nothing is missing, unless .env sets it and means Caddy to have it."""
WITH_DEFAULT = re.compile(r"\{\$(\w+):([^}]*)\}")


def judge(setup: Setup) -> Finding | None:
    for proxy, service in proxy_services(setup):
        if proxy.kind is not ProxyKind.CADDY or service.env_unseen or service.built:
            continue
        for name, place, what in _asked(proxy):
            if name not in service.environment and name not in service.inherited:
                return Finding(
                    summary=f"{place} wants {{${name}}} for {what}, and service {service.name} is not given {name}: "
                    "Caddy reads nothing there",
                    fix=Fix(f"environment: {{{name}: ${{{name}}}}} at service {service.name}; .env alone reaches "
                            "Compose, not the container", f"docker compose up -d {service.name}"),
                    evidence=at(place, service.at),
                )  # fmt: skip
        found = _defaulted(setup, proxy, service)
        if found is not None:
            return found
    return None


def _defaulted(setup: Setup, proxy: Proxy, service: Service) -> Finding | None:
    """A site's address is the default of its variable, and .env has another value that stops at Compose."""
    project = project_of(setup, service)
    for value in (name for site in proxy.sites for name in site.names):
        for name, default in WITH_DEFAULT.findall(value.at.text):
            meant = project.dotenv.get(name) if project else None
            given = name in service.environment or name in service.inherited
            if meant is None or given or not meant.value or meant.value == default or value.value not in default:
                continue
            return Finding(
                summary=f"the site is {value.value}, the default of {{${name}:{default}}}: .env sets {name}, but "
                f"service {service.name} is not given it",
                fix=Fix(f"environment: {{{name}: ${{{name}}}}} at service {service.name}",
                        f"docker compose up -d {service.name}"),
                evidence=at(value.at, meant.at, service.at),
            )  # fmt: skip
    return None


def _asked(proxy: Proxy) -> Iterator[tuple[str, Place, str]]:
    """Of what a site cannot do without: its address and where it sends requests."""
    for site in proxy.sites:
        for value in site.names:
            yield from ((name, value.at, "the site's address") for name in VARIABLE.findall(value.value))
        for route in site.routes:
            for target in route.upstream.targets if route.upstream else ():
                words = f"{target.host} {target.variable or ''}"
                yield from ((name, target.at, "the upstream") for name in VARIABLE.findall(words))


CAUSE = Cause(
    slug="caddy-variable-unset",
    title="Caddy's container has the variables of its Caddyfile",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING, Symptom.TLS),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
    explains=frozenset({"caddyfile-refused", "proxy-not-running"}),
)
