"""The kinds of values that settings have: what each accepts, and the words for what it does not."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from clawkit.settings.domain import is_address, normalized
from clawkit.settings.upstream import adoptable

# All of these are matched whole: `$` alone would let a trailing line break into the rendered files.
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
MEMORY = re.compile(r"[0-9]{1,9}[kmg]")
EMAIL = re.compile(r"[^@\s{}\"'\\]+@[^@\s{}\"'\\]+\.[^@\s{}\"'\\]+")
DIRECTORY = re.compile(r"https://[A-Za-z0-9._~:/?\[\]@!$&()*+,;=%-]+")
VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+-]*(?:/[A-Za-z0-9][A-Za-z0-9._:@+-]*)*")
ENDPOINT = re.compile(r"https?://[A-Za-z0-9._~:/\[\]-]+")
IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}")

# OpenClaw 2026.9.6 is OOM-killed while booting at 512 MB and boots exactly at the cap with 768 MB.
MEMORY_FLOOR_MB = 1024


def words(value: object) -> object:
    """`a, b` from a flag, a variable or YAML as the list that it means."""
    return tuple(part for part in re.split(r"[,\s]+", value) if part) if isinstance(value, str) else value


def slug(value: str) -> str:
    if not SLUG.fullmatch(value):
        raise ValueError(f"{value!r} is not a name of lower-case letters, digits and dashes, 40 at most")
    return value


def names_one(image: str) -> bool:
    """True for a name with a tag or a digest; `host:5000/name` has neither."""
    return "@" in image or ":" in image.rpartition("/")[2]


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


def _off(value: object) -> object:
    return "off" if value is False else value  # YAML 1.1 reads a bare `off` as false


def _number(value: object) -> object:
    if isinstance(value, bool):  # YAML 1.1 reads `yes` and `on` as true, and Python takes true for 1
        raise ValueError(f"{str(value).lower()} is not a number")
    return value


def _quoted(value: object) -> object:
    if isinstance(value, float):  # 2026.10 has become 2026.1 by now
        raise ValueError(f"{value!r} was read as a number; put the version in quotes")
    return value


def _memory(value: str) -> str:
    if not MEMORY.fullmatch(value.lower()):
        raise ValueError(f"{value!r} is not a size such as 2g or 1536m")
    if megabytes(value) < MEMORY_FLOOR_MB:
        raise ValueError(f"{value!r} is too small: OpenClaw does not boot under 1g")
    return value.lower()


def _version(value: str) -> str:
    if not VERSION.fullmatch(value):
        raise ValueError(f"{value!r} is not a version such as 2026.9.6")
    return value


def _image(value: str) -> str:
    if not IMAGE.fullmatch(value):
        raise ValueError(f"{value!r} is not an image such as registry.example.com/name:tag")
    return value


def _model(value: str) -> str:
    if value and not (MODEL.fullmatch(value) and len(value) <= 200):
        raise ValueError(f"{value!r} is not the name of a model such as openai/gpt-5")
    return value


def _endpoint(value: str) -> str:
    if value and not ENDPOINT.fullmatch(value):
        raise ValueError(f"{value!r} is not the base URL of a model server such as http://10.0.0.5:8000/v1")
    return value.rstrip("/")


def _directory(value: str) -> str:
    if value and not DIRECTORY.fullmatch(value):
        raise ValueError(f"{value!r} is not the https URL of an ACME directory")
    return value


def _zone(value: str) -> str:
    """`*.example.com` means the same as example.com."""
    zone = normalized(value.strip().removeprefix("*.")) if value else ""
    if is_address(zone):
        raise ValueError(f"{value!r} is an address, and a wildcard stands in front of a name such as example.com")
    if zone and "." not in zone:
        # a public suffix or a host alone: browsers trust no *.com (CA/Browser Forum Baseline Requirements, 3.2.2.6)
        raise ValueError(f"{value!r} is one label, and no wildcard is issued in front of it; name a domain such as "
                         "example.com")  # fmt: skip
    return zone


def _profile(value: str) -> str:
    if value and not VERSION.fullmatch(value):
        raise ValueError(f"{value!r} is not the name of a certificate profile")
    return value


def _email(value: str) -> str:
    if value and not EMAIL.fullmatch(value):
        raise ValueError(f"{value!r} is not an e-mail address")
    return value


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError(f"{value!r} is not an IP address of this host") from None


def _networks(value: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(item)).removesuffix("/32").removesuffix("/128") for item in value)
    except ValueError as error:
        raise ValueError(f"{error}; name the address of the proxy in front, such as 10.0.0.5") from None


Proxy = Literal["caddy", "nginx"]
EffectiveTls = Literal["acme", "acme-staging", "internal", "files", "off"]
Tls = Annotated[Literal["auto", "acme", "acme-staging", "internal", "files", "off"], BeforeValidator(_off)]
Hsts = Annotated[Literal["auto", "off"], BeforeValidator(_off)]
Challenge = Literal["http-01", "dns-01"]

Number = Annotated[int, BeforeValidator(_number)]
Port = Annotated[Number, Field(ge=1, le=65535)]
Cpus = Annotated[float, BeforeValidator(_number), Field(gt=0, le=256)]
Pids = Annotated[Number, Field(ge=64, le=32768)]
Memory = Annotated[str, AfterValidator(_memory)]

Name = Annotated[str, AfterValidator(slug)]
ProjectName = Annotated[str, AfterValidator(lambda value: slug(value) if value else value)]
Domain = Annotated[str, AfterValidator(normalized)]
Domains = Annotated[
    tuple[str, ...], BeforeValidator(words), AfterValidator(lambda names: tuple(map(normalized, names)))
]
Networks = Annotated[tuple[str, ...], BeforeValidator(words), AfterValidator(_networks)]
Listen = Annotated[str, AfterValidator(_address)]
Subnet = Annotated[str, AfterValidator(lambda value: value if value == "auto" else private_pool(value))]
Upstream = Annotated[str, AfterValidator(lambda value: adoptable(value) if value else "")]

Version = Annotated[str, BeforeValidator(_quoted), AfterValidator(_version)]
ImageName = Annotated[str, AfterValidator(_image)]
Model = Annotated[str, AfterValidator(_model)]
Endpoint = Annotated[str, AfterValidator(_endpoint)]

Email = Annotated[str, AfterValidator(_email)]
Directory = Annotated[str, AfterValidator(_directory)]
Profile = Annotated[str, AfterValidator(_profile)]
Zone = Annotated[str, AfterValidator(_zone)]
