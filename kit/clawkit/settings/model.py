"""The settings themselves: names, defaults, bounds and the one line that explains each."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from clawkit.settings.domain import is_public, normalized
from clawkit.settings.upstream import adoptable


def words(value: object) -> object:
    """`a, b` from a flag, a variable or YAML as the list that it means."""
    return tuple(part for part in re.split(r"[,\s]+", value) if part) if isinstance(value, str) else value


Proxy = Literal["caddy", "nginx"]
EffectiveTls = Literal["acme", "acme-staging", "internal", "files", "off"]
Tls = Literal["auto", "acme", "acme-staging", "internal", "files", "off"]
Challenge = Literal["http-01", "dns-01"]
Port = Annotated[int, Field(ge=1, le=65535)]
Names = Annotated[tuple[str, ...], BeforeValidator(words)]

# All of these are matched whole: `$` alone would let a trailing line break into the rendered files.
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
MEMORY = re.compile(r"[0-9]{1,9}[kmg]")
EMAIL = re.compile(r"[^@\s{}\"'\\]+@[^@\s{}\"'\\]+\.[^@\s{}\"'\\]+")
DIRECTORY = re.compile(r"https://[A-Za-z0-9._~:/?\[\]@!$&()*+,;=%-]+")
VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+-]*(?:/[A-Za-z0-9][A-Za-z0-9._:@+-]*)*")
ENDPOINT = re.compile(r"https?://[A-Za-z0-9._~:/\[\]-]+")
IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}")

PATHS = ("acme_ca", "acme_eab", "dns_hook", "dns_rfc2136", "model_key_file", "tls_cert", "tls_key")
"""Settings that name a file: relative to the deployment's folder, and made absolute when given by flag."""

MOST_GATEWAYS = 95
"""Further ones: each has a /28 in the upper three quarters of the stack's /21, and the main one takes the first."""

# OpenClaw 2026.9.6 is OOM-killed while booting at 512 MB and boots exactly at the cap with 768 MB.
MEMORY_FLOOR_MB = 1024


class GatewaySettings(BaseModel):
    """A further gateway behind the same proxy; the ordinary deployment has none in its file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    domain: str
    upstream: str = ""
    """http://ADDRESS:PORT of one that somebody else runs; empty: clawkit runs it."""

    @property
    def upstream_address(self) -> str:
        return self.upstream.removeprefix("http://")

    @field_validator("upstream")
    @classmethod
    def _upstream(cls, value: str) -> str:
        return adoptable(value) if value else ""

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        return slug(value)

    @field_validator("domain")
    @classmethod
    def _domain(cls, value: str) -> str:
        return normalized(value)


class Settings(BaseModel):
    """Every field is one setting: key in clawkit.yaml, `--flag`, `CLAWKIT_VARIABLE`."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    domain: str = Field("localhost", description="name or address that people type into the browser")
    proxy: Proxy = Field("caddy", description="which proxy stands in front")
    engine: Literal["compose", "swarm"] = Field(
        "compose", description="what runs the containers: Docker Compose here, or the Docker Swarm that is managed here"
    )
    email: str = Field("", description="contact address for the certificate authority, optional")
    tls: Tls = Field("auto", description="where the certificate comes from; auto: ACME for a public domain, "
                                         "a private CA otherwise")  # fmt: skip
    aliases: Names = Field((), description="further names, such as www.example.com, that redirect to the domain")
    acme_directory: str = Field("", description="URL of another ACME directory than Let's Encrypt's")
    acme_ca: str = Field("", description="PEM file with the roots of a private ACME authority")
    acme_eab: str = Field("", description="file with key id and HMAC key, for authorities that want external accounts")
    acme_challenge: Challenge = Field("http-01", description="how the authority checks the domain")
    acme_profile: str = Field("", description="certificate profile of the authority, such as shortlived")
    dns_hook: str = Field("", description="dns-01: script that is run with auth or cleanup (certbot's hook variables)")
    dns_rfc2136: str = Field("", description="dns-01: credentials file of certbot-dns-rfc2136 (TSIG)")
    dns_wait: Annotated[int, Field(ge=0, le=1200)] = Field(
        60, description="dns-01 by RFC 2136: seconds until every name server of the zone has the record"
    )
    tls_cert: str = Field("", description="tls files: PEM file with your certificate and its chain")
    tls_key: str = Field("", description="tls files: PEM file with its key")
    front_proxy: Names = Field((), description="tls off: addresses of what terminates TLS in front of this proxy")
    listen: str = Field("0.0.0.0", description="address of this host on which the ports are published")
    http_port: Port = Field(80, description="published port of the redirect to HTTPS")
    https_port: Port = Field(443, description="published port of the dashboard")
    openclaw: str = Field("2026.9.6", description="OpenClaw version")
    gateway_image: str = Field("ghcr.io/openclaw/openclaw", description="image of the gateway; without a tag, "
                                                                        "the OpenClaw version is the tag")  # fmt: skip
    caddy_image: str = Field("caddy:2", description="image of the Caddy proxy")
    nginx_image: str = Field("nginx:stable", description="image of the nginx proxy")
    certbot_image: str = Field("certbot/certbot:v5.8.0", description="image that gets certificates for nginx, and "
                                                                     "by dns-01 for both")  # fmt: skip
    build: Literal["auto", "always", "never"] = Field(
        "auto", description="build images here: auto when the registry cannot be reached"
    )
    name: str = Field("", description="Compose project name; empty: clawkit-<folder>")
    subnet: str = Field("auto", description="private /21 for the stack's networks, or auto")
    gateway_memory: str = Field("2g", description="memory limit of a gateway, at least 1g")
    gateway_cpus: Annotated[float, Field(gt=0, le=256)] = Field(2.0, description="CPU limit of a gateway")
    gateway_pids: Annotated[int, Field(ge=64, le=32768)] = Field(512, description="process limit of a gateway")
    model: str = Field("", description="model that answers, as PROVIDER/NAME such as openai/gpt-5; with model_url, its "
                                       "name there")  # fmt: skip
    model_url: str = Field("", description="base URL of an OpenAI-compatible server of your own, such as "
                                           "http://10.0.0.5:8000/v1")  # fmt: skip
    model_key_file: str = Field("", description="file with the key of the model's provider")
    chat_api: bool = Field(False, description="serve OpenClaw's OpenAI-compatible /v1/chat/completions")
    hsts: Literal["auto", "off"] = Field("auto", description="Strict-Transport-Security; auto: only with a "
                                                             "publicly trusted certificate")  # fmt: skip
    hold: Annotated[int, Field(ge=0, le=600)] = Field(60, description="seconds that a request waits for a gateway that "
                                                                      "is down or starting; 0: not at all")  # fmt: skip
    access_log: Literal["failures", "all"] = Field(
        "failures",
        description="which requests the proxy logs: those that failed (400 and above), or all; the gateway "
        "itself logs who connects",
    )
    backup_keep: Annotated[int, Field(ge=1, le=1000)] = Field(7, description="how many backups are kept in backups/")
    backup_recipient: str = Field("", description="age public key that backups are encrypted for; empty: not encrypted")
    timeout: Annotated[int, Field(ge=1, le=3600)] = Field(180, description="seconds to wait for health")
    gateways: tuple[GatewaySettings, ...] = Field(
        (), max_length=MOST_GATEWAYS, description="further gateways, each with name and domain; and with upstream when "
                                                  "somebody else runs it")  # fmt: skip

    @field_validator("tls", "hsts", mode="before")
    @classmethod
    def _off(cls, value: object) -> object:
        return "off" if value is False else value  # YAML 1.1 reads a bare `off` as false

    @field_validator(
        "http_port", "https_port", "gateway_cpus", "gateway_pids", "timeout", "dns_wait", "hold", "backup_keep",
        mode="before",
    )  # fmt: skip
    @classmethod
    def _number(cls, value: object) -> object:
        if isinstance(value, bool):  # YAML 1.1 reads `yes` and `on` as true, and Python takes true for 1
            raise ValueError(f"{str(value).lower()} is not a number")
        return value

    @field_validator("openclaw", mode="before")
    @classmethod
    def _quoted(cls, value: object) -> object:
        if isinstance(value, float):  # 2026.10 has become 2026.1 by now
            raise ValueError(f"{value!r} was read as a number; put the version in quotes")
        return value

    @field_validator("domain")
    @classmethod
    def _domain(cls, value: str) -> str:
        return normalized(value)

    @field_validator("aliases")
    @classmethod
    def _aliases(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(normalized(name) for name in value)

    @field_validator("front_proxy")
    @classmethod
    def _front(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(str(ipaddress.ip_network(item)).removesuffix("/32").removesuffix("/128") for item in value)
        except ValueError as error:
            raise ValueError(f"{error}; name the address of the proxy in front, such as 10.0.0.5") from None

    @field_validator("acme_directory")
    @classmethod
    def _directory(cls, value: str) -> str:
        if value and not DIRECTORY.fullmatch(value):
            raise ValueError(f"{value!r} is not the https URL of an ACME directory")
        return value

    @field_validator("acme_profile")
    @classmethod
    def _profile(cls, value: str) -> str:
        if value and not VERSION.fullmatch(value):
            raise ValueError(f"{value!r} is not the name of a certificate profile")
        return value

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        return slug(value) if value else value

    @field_validator("email")
    @classmethod
    def _email(cls, value: str) -> str:
        if value and not EMAIL.fullmatch(value):
            raise ValueError(f"{value!r} is not an e-mail address")
        return value

    @field_validator("listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        try:
            return str(ipaddress.ip_address(value))
        except ValueError:
            raise ValueError(f"{value!r} is not an IP address of this host") from None

    @field_validator("openclaw")
    @classmethod
    def _openclaw(cls, value: str) -> str:
        if not VERSION.fullmatch(value):
            raise ValueError(f"{value!r} is not a version such as 2026.9.6")
        return value

    @field_validator("gateway_image", "caddy_image", "nginx_image", "certbot_image")
    @classmethod
    def _image(cls, value: str) -> str:
        if not IMAGE.fullmatch(value):
            raise ValueError(f"{value!r} is not an image such as registry.example.com/name:tag")
        return value

    @field_validator("model")
    @classmethod
    def _model(cls, value: str) -> str:
        if value and not (MODEL.fullmatch(value) and len(value) <= 200):
            raise ValueError(f"{value!r} is not the name of a model such as openai/gpt-5")
        return value

    @field_validator("model_url")
    @classmethod
    def _model_url(cls, value: str) -> str:
        if value and not ENDPOINT.fullmatch(value):
            raise ValueError(f"{value!r} is not the base URL of a model server such as http://10.0.0.5:8000/v1")
        return value.rstrip("/")

    @field_validator("subnet")
    @classmethod
    def _subnet(cls, value: str) -> str:
        return value if value == "auto" else private_pool(value)

    @field_validator("gateway_memory")
    @classmethod
    def _memory(cls, value: str) -> str:
        if not MEMORY.fullmatch(value.lower()):
            raise ValueError(f"{value!r} is not a size such as 2g or 1536m")
        if megabytes(value) < MEMORY_FLOOR_MB:
            raise ValueError(f"{value!r} is too small: OpenClaw does not boot under 1g")
        return value.lower()

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


def slug(value: str) -> str:
    if not SLUG.fullmatch(value):
        raise ValueError(f"{value!r} is not a name of lower-case letters, digits and dashes, 40 at most")
    return value


def megabytes(size: str) -> int:
    return int(size[:-1]) * {"k": 1, "m": 1024, "g": 1024 * 1024}[size[-1].lower()] // 1024


def private_pool(value: str) -> str:
    try:
        network = ipaddress.ip_network(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not a network such as 10.77.0.0/21 ({error})") from None
    if network.version != 4 or network.prefixlen != 21 or not any(network.subnet_of(pool) for pool in POOLS):
        raise ValueError(f"{value!r} is not a private IPv4 /21 such as 10.77.0.0/21")
    return str(network)


POOLS = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
"""RFC 1918, and RFC 6598 for hosts where those are full; `is_private` also holds loopback and link-local."""
