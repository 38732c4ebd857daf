"""nginx-proxy: what docker-gen writes for containers with VIRTUAL_HOST, read as the nginx that it makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.readers.nginx.configuration import read
from clawkit.doctor.readers.text import TextFile

IMAGE = re.compile(r"(?:^|/)nginx-proxy(?::|@|$)")
MADE = "nginx-proxy's nginx.conf"
"""How its places are called until they are given the lines of the compose file from which they come."""
HOST, PORT = "VIRTUAL_HOST", "VIRTUAL_PORT"
WHOLE = """\
map $http_upgrade $proxy_connection { default upgrade; '' ''; }
"""
SITE = """\
upstream {host} {{
    server {service}:{port};
}}
server {{
    server_name {host};
    listen 80;
    {plain}
}}
"""
TLS = """\
server {{
    server_name {host};
    listen 443 ssl;
    ssl_certificate /etc/nginx/certs/{host}.crt;
    ssl_certificate_key /etc/nginx/certs/{host}.key;
    {site}
}}
"""
LOCATION = """\
    {more}
    location / {{
        proxy_pass {proto}://{host};
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $proxy_connection;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;
        {inner}
    }}
"""
"""From nginx-proxy's nginx.tmpl (1.6): one upstream and one server for each host, and its headers."""


def virtual(projects: Sequence[Compose], files: Sequence[TextFile]) -> Iterator[Proxy]:
    for project in projects:
        shown = {name: service for name, service in project.services.items() if HOST in service.environment}
        front = next((one for one in project.services.values() if one.image and IMAGE.search(one.image.value)), None)
        text = WHOLE + "".join(_sites(service, files) for service in shown.values())
        for proxy in read([TextFile(Path("/nginx-proxy/default.conf"), MADE, text)]) if shown else ():
            placed = _moved(proxy, partial(_place, services=shown))
            yield replace(placed, service=front.name if front else None, files=())


def _sites(service: Service, files: Sequence[TextFile]) -> str:
    found = ""
    for host in _hosts(service):
        inside = _inside(host, service, files)
        tls = "LETSENCRYPT_HOST" in service.environment or "CERT_NAME" in service.environment
        plain = "return 301 https://$host$request_uri;" if tls else inside
        found += SITE.format(host=host, service=service.name, port=_port(service), plain=plain)
        found += TLS.format(host=host, site=inside) if tls else ""
    return found


def _inside(host: str, service: Service, files: Sequence[TextFile]) -> str:
    proto = service.environment.get("VIRTUAL_PROTO")
    return LOCATION.format(
        host=host, proto=proto.value if proto else "http", more=_given(files, host) or _given(files, "default"),
        inner=_given(files, f"{host}_location") or _given(files, "default_location"),
    )  # fmt: skip


def _given(files: Sequence[TextFile], name: str) -> str:
    """What lies in vhost.d under this name."""
    found = next((file for file in files if file.path.name == name and file.path.parent.name == "vhost.d"), None)
    return found.text if found else ""


def _hosts(service: Service) -> list[str]:
    words = service.environment[HOST].value.split(",")
    return [word.strip() for word in words if word.strip() and not word.strip().startswith("~")]


def _port(service: Service) -> int:
    """VIRTUAL_PORT, else the only one that is exposed; of several nginx-proxy takes 80."""
    told = service.environment.get(PORT)
    if told is not None and told.value.isdigit():
        return int(told.value)
    exposed = {value.value for value in service.expose} | {port.target for port in service.ports}
    return exposed.pop() if len(exposed) == 1 else 80 if exposed else 18789


def _place(place: Place, services: dict[str, Service]) -> Place:
    if place.source != MADE:
        return place
    owner = next((one for one in services.values() if f"{one.name}:" in place.text), next(iter(services.values())))
    told: Value[str] | None = owner.environment.get(PORT) if place.text.startswith("server ") else None
    return (told or owner.environment[HOST]).at


def _moved(thing: Any, move: Callable[[Place], Place]) -> Any:
    """The same model with its places moved."""
    if isinstance(thing, Place):
        return move(thing)
    if isinstance(thing, tuple):
        return tuple(_moved(each, move) for each in thing)
    if isinstance(thing, dict):
        return {name: _moved(each, move) for name, each in thing.items()}
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{each.name: _moved(getattr(thing, each.name), move) for each in fields(thing)})
    return thing
