"""The settings themselves: names, defaults, bounds and the one line that explains each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from clawkit.settings.domain import is_public
from clawkit.settings.further import GatewaySettings
from clawkit.settings.values import (
    Challenge,
    Cpus,
    Directory,
    Domain,
    Domains,
    EffectiveTls,
    Email,
    Endpoint,
    Hsts,
    ImageName,
    Listen,
    Memory,
    Model,
    Networks,
    Number,
    Pids,
    Port,
    Profile,
    ProjectName,
    Proxy,
    Subnet,
    Tls,
    Version,
    Zone,
)

PATHS = ("acme_ca", "acme_eab", "dns_hook", "dns_rfc2136", "model_key_file", "tls_cert", "tls_key")
"""Settings that name a file: relative to the deployment's folder, and made absolute when given by flag."""

MOST_GATEWAYS = 95
"""Further ones: each has a /28 in the upper three quarters of the stack's /21, and the main one takes the first."""


class Settings(BaseModel):
    """Every field is one setting: key in clawkit.yaml, `--flag`, `CLAWKIT_VARIABLE`."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    domain: Domain = Field("localhost", description="name or address that people type into the browser")
    proxy: Proxy = Field("caddy", description="which proxy stands in front")
    engine: Literal["compose", "swarm"] = Field(
        "compose", description="what runs the containers: Docker Compose here, or the Docker Swarm that is managed here"
    )
    email: Email = Field("", description="contact address for the certificate authority, optional")
    tls: Tls = Field("auto", description="where the certificate comes from; auto: ACME for a public domain, "
                                         "a private CA otherwise")  # fmt: skip
    aliases: Domains = Field((), description="further names, such as www.example.com, that redirect to the domain")
    acme_directory: Directory = Field("", description="URL of another ACME directory than Let's Encrypt's")
    acme_ca: str = Field("", description="PEM file with the roots of a private ACME authority")
    acme_eab: str = Field("", description="file with key id and HMAC key, for authorities that want external accounts")
    acme_challenge: Challenge = Field("http-01", description="how the authority checks the domain")
    acme_wildcard: Zone = Field(
        "", description="dns-01: domain such as example.com whose one certificate, for it and *.example.com, serves "
                        "every gateway that it covers; empty: one for each"
    )  # fmt: skip
    acme_profile: Profile = Field("", description="certificate profile of the authority, such as shortlived")
    dns_hook: str = Field("", description="dns-01: script that is run with auth or cleanup (certbot's hook variables)")
    dns_rfc2136: str = Field("", description="dns-01: credentials file of certbot-dns-rfc2136 (TSIG)")
    dns_wait: Annotated[Number, Field(ge=0, le=1200)] = Field(
        60, description="dns-01 by RFC 2136: seconds until every name server of the zone has the record"
    )
    tls_cert: str = Field("", description="tls files: PEM file with your certificate and its chain")
    tls_key: str = Field("", description="tls files: PEM file with its key")
    front_proxy: Networks = Field((), description="tls off: addresses of what terminates TLS in front of this proxy")
    listen: Listen = Field("0.0.0.0", description="address of this host on which the ports are published")
    http_port: Port = Field(80, description="published port of the redirect to HTTPS")
    https_port: Port = Field(443, description="published port of the dashboard")
    openclaw: Version = Field("2026.9.6", description="OpenClaw version")
    gateway_image: ImageName = Field("ghcr.io/openclaw/openclaw", description="image of the gateway; without a tag, "
                                                                        "the OpenClaw version is the tag")  # fmt: skip
    caddy_image: ImageName = Field("caddy:2", description="image of the Caddy proxy")
    nginx_image: ImageName = Field("nginx:stable", description="image of the nginx proxy")
    certbot_image: ImageName = Field(
        "certbot/certbot:v5.8.0", description="image that gets certificates for nginx, and by dns-01 for both"
    )
    build: Literal["auto", "always", "never"] = Field(
        "auto", description="build images here: auto when the registry cannot be reached"
    )
    name: ProjectName = Field("", description="Compose project name; empty: clawkit-<folder>")
    subnet: Subnet = Field("auto", description="private /21 for the stack's networks, or auto")
    gateway_memory: Memory = Field("2g", description="memory limit of a gateway, at least 1g")
    gateway_cpus: Cpus = Field(2.0, description="CPU limit of a gateway")
    gateway_pids: Pids = Field(512, description="process limit of a gateway")
    model: Model = Field(
        "", description="model that answers, as PROVIDER/NAME such as openai/gpt-5; with model_url, its name there"
    )
    model_url: Endpoint = Field("", description="base URL of an OpenAI-compatible server of your own, such as "
                                           "http://10.0.0.5:8000/v1")  # fmt: skip
    model_key_file: str = Field("", description="file with the key of the model's provider")
    chat_api: bool = Field(False, description="serve OpenClaw's OpenAI-compatible /v1/chat/completions")
    hsts: Hsts = Field("auto", description="Strict-Transport-Security; auto: only with a "
                                                             "publicly trusted certificate")  # fmt: skip
    hold: Annotated[Number, Field(ge=0, le=600)] = Field(
        60, description="seconds that a request waits for a gateway that is down or starting; 0: not at all"
    )
    access_log: Literal["failures", "all"] = Field(
        "failures",
        description="which requests the proxy logs: those that failed (400 and above), or all; the gateway "
        "itself logs who connects",
    )
    backup_keep: Annotated[Number, Field(ge=1, le=1000)] = Field(7, description="how many backups are kept in backups/")
    backup_recipient: str = Field("", description="age public key that backups are encrypted for; empty: not encrypted")
    timeout: Annotated[Number, Field(ge=1, le=3600)] = Field(180, description="seconds to wait for health")
    gateways: tuple[GatewaySettings, ...] = Field(
        (),
        max_length=MOST_GATEWAYS,
        description="further gateways, each with name and domain; and with upstream when somebody else runs it, or "
        "settings of its own (docs/gateways.md)",
    )

    @model_validator(mode="after")
    def _together(self) -> Settings:
        from clawkit.settings.rules import contradiction

        told = contradiction(self)
        if told:
            raise ValueError(told)
        return self

    @property
    def effective_tls(self) -> EffectiveTls:
        """`tls` with auto decided by what else is given and by the kind of domain."""
        if self.tls != "auto":
            return self.tls
        if self.tls_cert or self.tls_key:
            return "files"
        return "acme" if self.acme_directory or is_public(self.domain) else "internal"
