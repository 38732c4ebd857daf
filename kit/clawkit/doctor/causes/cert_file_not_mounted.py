"""The certificate that the proxy is to load does not exist where the proxy runs."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import proxy_services

WORDS = (
    r'cannot load certificate(?: key)? "([^"]+)": (?:BIO_new_file\(\) failed|.*No such file)(?!.*Permission denied)|'
    r"loading certificates?: open (\S+): no such file|open (\S+\.(?:pem|crt|key)): no such file"
)
FOLDER = {ProxyKind.NGINX: "/etc/nginx/", ProxyKind.CADDY: "/srv/", ProxyKind.TRAEFIK: "/", ProxyKind.CLOUDFLARED: "/"}
OFFICIAL = re.compile(r"^(?:(?:[\w.-]+/)?library/|nginxinc/)?(?:nginx|caddy|nginx-unprivileged)(?::[\w.-]+)?(?:@.*)?$")
"""Images of which it is known that no certificate lies in them."""


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, WORDS, Speaker.NGINX, Speaker.CADDY)
    shown = [said[0].at] if said else []
    for proxy, service in proxy_services(setup):
        image = service.image.value if service.image else ""
        if service.built or service.command or service.entrypoint or not OFFICIAL.match(image):
            continue
        for site in proxy.sites:
            for value in (site.tls.certificate, site.tls.key):
                words = _missing(value, service, FOLDER.get(proxy.kind, "/")) if value else ""
                if value is not None and words:
                    return _finding(
                        f"{proxy.kind.value} is to load {value.value}: {words}", value.at, service.at, *shown
                    )
    if said is None:
        return None
    path = next(group for group in said[1].groups() if group)
    return _finding(f"the proxy is to load {path}, which does not exist where it runs", *shown)


def _missing(value: Value[str], service: Service, folder: str) -> str:
    path = value.value if value.value.startswith("/") else folder + value.value
    if (
        "$" in path
        or "{" in path
        or path.startswith(("/run/secrets/", "/data/caddy"))
        or value.value.startswith("data:")
    ):
        return ""
    holding = [mount for mount in service.mounts if f"{path}/".startswith(mount.target.rstrip("/") + "/")]
    if not holding:
        return f"service {service.name} mounts nothing there"
    inner = max(holding, key=lambda mount: len(mount.target))
    if re.search(r"letsencrypt/live(?:/[^/]+)?/?$", inner.source) and not _archived(service):
        return f"only {inner.source} is mounted, and its links point into ../../archive"
    return ""


def _archived(service: Service) -> bool:
    return any(
        mount.target.rstrip("/").endswith(("letsencrypt/archive", "/etc/letsencrypt")) for mount in service.mounts
    )


def _finding(words: str, *places: Place) -> Finding:
    return Finding(
        summary=words,
        fix=Fix("- /etc/letsencrypt:/etc/letsencrypt:ro under volumes: of the proxy (the whole folder: live/ holds "
        "links)",
                "docker compose up -d"),
        evidence=at(*places),
    )  # fmt: skip


CAUSE = Cause(
    slug="cert-file-not-mounted",
    title="the proxy's certificate lies where it looks",
    layer=Layer.TLS,
    hop=Hop.PROXY,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING, Symptom.TLS),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"proxy-not-running", "nginx-config-refused", "caddyfile-refused"}),
)
