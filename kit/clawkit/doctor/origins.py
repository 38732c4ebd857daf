"""The origins that a browser will name for a site: scheme, name and published port."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clawkit.doctor.links import proxy_service
from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.proxy import Proxy, Site
from clawkit.doctor.model.setup import Setup

PLAIN, TLS = 80, 443


@dataclass(frozen=True, slots=True)
class Origin:
    scheme: str
    host: str
    port: int
    name: Value[str]
    listener: Listener

    def __str__(self) -> str:
        usual = {"http": PLAIN, "https": TLS}[self.scheme]
        return f"{self.scheme}://{self.host}" + ("" if self.port == usual else f":{self.port}")


def origins(setup: Setup, proxy: Proxy, site: Site) -> Iterator[Origin]:
    """One for each name and listener of the site. Catch-alls, patterns and internal listeners name none."""
    for name in site.names:
        host = name.value.lower().rstrip(".")
        if not host or host == "_" or any(sign in host for sign in "*~^$\\{") or host.startswith("."):
            continue
        for listener in site.listeners:
            if listener.loopback and host not in ("localhost", "127.0.0.1"):
                continue
            for port in published(setup, proxy, listener.port):
                yield Origin("https" if listener.tls else "http", host, port, name, listener)


def published(setup: Setup, proxy: Proxy, port: int) -> tuple[int, ...]:
    """Host ports by which a port of the proxy is reached; the port itself where nothing is known of a mapping."""
    service = proxy_service(setup, proxy)
    if service is None or service.host_network:
        return (port,)
    mapped = tuple(p.published for p in service.ports if p.target == port and p.published is not None)
    return mapped or ((port,) if not service.ports else ())
