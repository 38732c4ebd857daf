"""Site addresses and what Caddy listens on for them (httpcaddyfile/addresses.go, automatic HTTPS)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace

from clawkit.doctor.readers.caddy.reading import Reading
from clawkit.doctor.readers.caddy.token import Token

_VARIABLE = re.compile(r"\{[^{}]*\}")
_INTERNAL = (".localhost", ".local", ".internal", ".home.arpa")
"""certmagic.SubjectIsInternal."""


@dataclass(frozen=True, slots=True)
class Address:
    token: Token
    scheme: str
    host: str
    """Empty for every host."""
    port: int
    path: str = ""
    explicit: bool = False
    """The port was written."""
    tls: bool = False

    @property
    def internal(self) -> bool:
        """No public authority issues for this name."""
        host = self.host.lower().rstrip(".")
        return host == "localhost" or host.endswith(_INTERNAL) or is_ip(host)


def is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def address(token: Token, http: int, https: int, reading: Reading) -> Address | None:
    scheme, found, rest = token.text.partition("://")
    if not found:
        scheme, rest = "", token.text
    if scheme in ("ws", "wss"):
        instead = {"ws": "http", "wss": "https"}[scheme]
        words = f"the scheme {scheme}:// is only supported in browsers; use {instead}:// instead"
        reading.refuse(words, token, "site-address")
        scheme = instead
    authority, slash, path = rest.partition("/")
    host, port_text = _split(authority)
    port = _port(port_text, token, reading)
    if port is None and _VARIABLE.search(port_text):
        # a port that only the proxy's own machine knows
        return None if not host else Address(token, scheme, host, https, slash + path)
    explicit = port is not None
    number = port if port is not None else http if scheme == "http" else https
    if (scheme == "http" and number == https) or (scheme == "https" and number == http):
        reading.refuse(f"[{token.text}] scheme and port violate convention", token, "site-address")
    tls = number != http and (scheme == "https" or (scheme != "http" and host != ""))
    return Address(token, scheme, host, number, "" if path == "" and not slash else slash + path, explicit, tls)


def _split(authority: str) -> tuple[str, str]:
    if authority.startswith("["):
        host, _, rest = authority[1:].partition("]")
        return host, rest.lstrip(":")
    covered = _VARIABLE.sub(lambda match: "_" * len(match.group(0)), authority)
    if covered.count(":") != 1:
        return authority, ""
    index = covered.index(":")
    return authority[:index], authority[index + 1 :]


def _port(text: str, token: Token, reading: Reading) -> int | None:
    if not text or _VARIABLE.search(text):
        return None
    if text.isdigit():
        if int(text) > 65535:
            reading.refuse(f"parsing key: port {text} is out of range", token, "site-address")
        return int(text)
    words = f"parsing key: invalid port '{text}': strconv.Atoi: parsing \"{text}\": invalid syntax"
    reading.refuse(words, token, "site-address")
    return None


def with_tls(found: list[Address], named_ports: set[int], http: int) -> list[Address]:
    """An address without a host speaks TLS where its site says so or a neighbour on the same port does."""
    return [
        replace(one, tls=one.tls or (one.scheme != "http" and one.port != http and one.port in named_ports))
        for one in found
    ]
