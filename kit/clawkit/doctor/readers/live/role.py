"""What a container is in a setup, by its image and its command line."""

from __future__ import annotations

import re
from enum import StrEnum

from clawkit.doctor.model.container import Container


class Role(StrEnum):
    NGINX = "nginx"
    CADDY = "caddy"
    TRAEFIK = "traefik"
    GATEWAY = "gateway"
    ACME = "acme"
    OTHER = "other"


PROXIES = (
    (Role.CADDY, re.compile(r"\bcaddy")),
    (Role.TRAEFIK, re.compile(r"\btraefik")),
    (Role.NGINX, re.compile(r"nginx|openresty|\bswag\b|\btengine\b|\bangie\b")),
)
ACME = re.compile(r"certbot|acme[-.]?(?:sh|companion)|\blego\b|dehydrated")
GATEWAY = re.compile(r"openclaw|clawdbot|moltbot|\bclawd\b")
BESIDE = re.compile(r"sandbox|browser|-cli\b|\bsleep\b|/clawkit-verify|exporter")
"""Belongs to OpenClaw and is not the gateway."""


def role(container: Container) -> Role:
    image = container.image.rsplit("/", 1)[-1].lower()
    program = container.command[0].rsplit("/", 1)[-1].lower() if container.command else ""
    if ACME.search(image):
        return Role.ACME
    for found, pattern in PROXIES:
        if pattern.search(image) or pattern.search(program):
            return found
    line = " ".join(container.command).lower()
    known = GATEWAY.search(image) or GATEWAY.search(line) or "OPENCLAW_STATE_DIR" in container.environment
    if known and not BESIDE.search(f"{image} {line}"):
        return Role.GATEWAY
    return _by_mounts(container)


def _by_mounts(container: Container) -> Role:
    """An image of the user's own, told by the configuration that it was given."""
    targets = tuple(container.mounts)
    if any(target.startswith("/etc/nginx") for target in targets):
        return Role.NGINX
    if any(target.startswith("/etc/caddy") or target.endswith("/Caddyfile") for target in targets):
        return Role.CADDY
    return Role.OTHER
