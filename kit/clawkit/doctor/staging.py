"""Which containers order a proxy's certificates, and whether they were told a test authority."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clawkit.doctor.links import proxy_service
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, Site
from clawkit.doctor.model.setup import Setup

FLAGS = ("--staging", "--test-cert", "--test")
"""certbot's and acme.sh's."""
SERVER = re.compile(r"acme-staging|letsencrypt_?test|pebble|/test/", re.IGNORECASE)
SWITCHES = ("STAGING", "LETSENCRYPT_TEST", "LE_STAGING", "ACME_STAGING", "CERTBOT_STAGING", "LETSENCRYPT_STAGING")
"""Of SWAG, docker-nginx-certbot, acme-companion and others with the same idea."""
DIRECTORIES = ("ACME_CA_URI", "ACME_SERVER", "CA_URL", "ACMESERVER")
ORDERERS = re.compile(r"certbot|acme|lego|\bswag\b|letsencrypt|https-portal", re.IGNORECASE)


def ordered_at(setup: Setup, proxy: Proxy, site: Site) -> Place | None:
    """The line by which whoever writes this site's certificate orders it of a test authority."""
    own = proxy_service(setup, proxy)
    path = site.tls.certificate.value if site.tls.certificate else ""
    if own is None or not path:
        return None
    sources = {mount.source for mount in own.mounts if mount.source and path.startswith(mount.target.rstrip("/") + "/")}
    for service in setup.services():
        orders = ORDERERS.search(f"{service.image.value if service.image else ''} {service.name}") is not None
        shares = service is own or any(mount.source in sources for mount in service.mounts)
        told = next(_told(service), None) if orders and shares else None
        if told is not None:
            return told
    return None


def _told(service: Service) -> Iterator[Place]:
    for line in (service.command, service.entrypoint):
        words = " ".join(line.value).split() if line else []
        if line and (set(words) & set(FLAGS) or any(SERVER.search(word) for word in words)):
            yield line.at
    for name, value in service.environment.items():
        on = name in SWITCHES and value.value.lower() in ("1", "true", "yes", "on")
        if on or (name in DIRECTORIES and SERVER.search(value.value)):
            yield value.at
