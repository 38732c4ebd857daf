"""`caddy reverse-proxy --from NAME --to TARGET` as a service's command, written out as the Caddyfile it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.readers.caddy.label import Text, reading_of
from clawkit.doctor.readers.text import TextFile

VERB = "reverse-proxy"
FROM, TO = ("--from", "-f"), ("--to", "-t")
INTERNAL = ("--internal-certs", "-i")
HOST = ("--change-host-header", "-c")


def invoked(projects: Sequence[Compose], files: Sequence[TextFile]) -> tuple[Proxy, ...]:
    services = (service for project in projects for service in project.services.values())
    return tuple(proxy for service in services for proxy in _proxies(service, files))


def _proxies(service: Service, files: Sequence[TextFile]) -> Iterator[Proxy]:
    words = service.command.value if service.command else ()
    caddy = "caddy" in words[:1] or (service.image is not None and "caddy" in service.image.value)
    if VERB not in words[:2] or not caddy:
        return
    targets, names = _values(words, TO), _values(words, FROM)
    if not targets:
        return
    written = Text()
    lines = ["tls internal"] if any(word in INTERNAL for word in words) else []
    if any(word in HOST for word in words):
        lines += [f"reverse_proxy {' '.join(targets)} {{", "header_up Host {upstream_hostport}", "}"]
    else:
        lines.append(f"reverse_proxy {' '.join(targets)}")
    for line in (f"{names[0] if names else 'localhost'} {{", *lines, "}"):
        written.put(line, Value(line, service.command.at) if service.command else None)
    yield from reading_of(written, files, service)


def _values(words: Sequence[str], flags: Sequence[str]) -> list[str]:
    found = [after for word, after in pairwise(words) if word in flags]
    found += [word.partition("=")[2] for word in words if word.partition("=")[0] in flags and "=" in word]
    return [one.rstrip("/") for one in found]
