"""Whether certbot gets the certificates, and in which image: asked of the settings alone."""

from __future__ import annotations

from clawkit.settings.model import Settings


def issues(settings: Settings) -> bool:
    """Always for nginx, for Caddy by dns-01 (its image has no DNS modules)."""
    acme = settings.effective_tls in ("acme", "acme-staging")
    return acme and (settings.proxy == "nginx" or settings.acme_challenge == "dns-01")


def image(settings: Settings) -> str:
    """The official images hold one plugin each, so RFC 2136 has one of its own (hub: certbot/dns-rfc2136)."""
    default = settings.certbot_image == Settings.model_fields["certbot_image"].default
    return settings.certbot_image.replace("certbot/certbot:", "certbot/dns-rfc2136:") if (
        default and settings.dns_rfc2136) else settings.certbot_image  # fmt: skip
