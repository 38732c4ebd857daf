"""From where a request was made, as far as its URL and its command tell."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.gateway import DEFAULT_PORT

LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0")


def vantage(
    url: str, *, inside: bool = False, ports: Collection[int] = (DEFAULT_PORT,), services: Collection[str] = ()
) -> Vantage:
    """`ports`: on which the gateway is reached past the proxy. `services`: names that exist inside Docker only."""
    if inside:
        return Vantage.INSIDE
    host, port, scheme = parts(url)
    if not host:
        return Vantage.UNKNOWN
    if host in services and "." not in host:
        return Vantage.INSIDE
    if port in ports:
        return Vantage.DIRECT
    named = host not in LOCAL and not _address(host) and "." in host
    if scheme in ("https", "wss") or port in (80, 443) or named:
        return Vantage.PUBLIC
    return Vantage.UNKNOWN


def parts(url: str) -> tuple[str, int | None, str]:
    """Host, port and scheme; all empty for what is no URL."""
    try:
        split = urlsplit(url)
        host, port = (split.hostname or "").lower(), split.port
    except ValueError:
        return "", None, ""
    return host, port or {"http": 80, "ws": 80, "https": 443, "wss": 443}.get(split.scheme), split.scheme


def _address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
