"""The proxy's configuration is mounted where the image does not read it, or a piece lies where it reads a whole."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.bind import covered, inside
from clawkit.doctor.model.compose import Compose, Mount, Service
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import project_of
from clawkit.doctor.programs import proxy_services

STOCK = re.compile(r"^(?:docker\.io/)?(?:library/)?(?P<name>nginx|caddy)(?::[\w.-]+)?(?:@.*)?$")
"""Images of which it is known what they read; those of others bring a configuration of their own."""
CADDYS, NGINXS = "/etc/caddy/Caddyfile", "/etc/nginx/nginx.conf"
TAKEN = ("/etc/nginx/conf.d/*.conf", "/etc/nginx/templates/*.template")
"""What nginx's image reads besides: its own nginx.conf includes the first, its entrypoint fills in the second."""


def judge(setup: Setup) -> Finding | None:
    for proxy, service in proxy_services(setup):
        image = STOCK.match(service.image.value) if service.image else None
        project = project_of(setup, service)
        if project is None or proxy.at.source in project.files:
            continue  # it stands in the compose file itself
        if image is None or image["name"] != proxy.kind or service.built or service.command or service.entrypoint:
            continue
        found = (_caddy if proxy.kind is ProxyKind.CADDY else _nginx)(setup, proxy, project, service)
        if found:
            return found
    return None


def _caddy(setup: Setup, proxy: Proxy, project: Compose, service: Service) -> Finding | None:
    here = inside(project, service, proxy.at.source)
    if not here or here == CADDYS or covered(service, CADDYS):
        return None
    return _finding(proxy, project, service, f"Caddy reads {CADDYS} and finds its own welcome page there", CADDYS)


def _nginx(setup: Setup, proxy: Proxy, project: Compose, service: Service) -> Finding | None:
    here = inside(project, service, proxy.at.source)
    taken = any(fnmatchcase(here, pattern) for pattern in TAKEN)
    if proxy.whole and taken:
        words = 'it is a whole nginx.conf, and there "events" and "http" are not allowed: nginx does not start'
        return _finding(proxy, project, service, words, NGINXS)
    if here == NGINXS and not proxy.whole:
        words = "it begins with a server, and nginx takes that inside http only: nginx does not start"
        return _finding(proxy, project, service, words, "/etc/nginx/conf.d/default.conf")
    if proxy.whole or covered(service, NGINXS):
        return None
    for mine, site in sites(setup):
        path = inside(project, service, site.at.source) if mine is proxy else ""
        if path and not any(fnmatchcase(path, pattern) for pattern in TAKEN):
            words = "nginx's image reads conf.d/*.conf and templates/*.template, and serves its welcome page"
            return _finding(proxy, project, service, words, "/etc/nginx/conf.d/claw.conf", site.at.source)
    return None


def _finding(proxy: Proxy, project: Compose, service: Service, why: str, right: str, file: str = "") -> Finding:
    file = file or proxy.at.source
    mount = _mount(project, service, file)
    return Finding(
        summary=f"{file} is mounted at {inside(project, service, file)}: {why}",
        fix=Fix(f"mount it at {right} instead ({mount.at})", f"docker compose up -d {service.name}"),
        evidence=at(mount.at, proxy.at),
    )


def _mount(project: Compose, service: Service, file: str) -> Mount:
    path = inside(project, service, file)
    return max((each for each in service.mounts if f"{path}/".startswith(f"{each.target.rstrip('/')}/")),
               key=lambda each: len(each.target))  # fmt: skip


CAUSE = Cause(
    slug="proxy-config-mounted-wrong",
    title="the proxy's configuration lies where the image reads it",
    layer=Layer.DOCKER,
    hop=Hop.PROXY,
    symptoms=(Symptom.WRONG_SITE, Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
    explains=frozenset({"nginx-config-refused", "site-name-not-matched", "proxy-not-running", "upstream-wrong-port"}),
)
