"""The proxies of a setup, whoever wrote their configuration, each with where it runs."""

from __future__ import annotations

from collections.abc import Sequence

from clawkit.doctor.model.compose import Compose
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.readers import placement, template
from clawkit.doctor.readers.kinds import FileKind
from clawkit.doctor.readers.piece import Piece, of_kinds
from clawkit.doctor.readers.recorded import Seen
from clawkit.doctor.readers.text import TextFile


def proxies(
    found: Sequence[Piece], projects: Sequence[Compose], record: Seen, cluster: Sequence[Proxy] = ()
) -> tuple[Proxy, ...]:
    """`cluster`: what a cluster's own controller makes of its manifests."""
    made: list[Proxy] = []
    files = of_kinds(found, FileKind.NGINX)
    if files:
        from clawkit.doctor.readers import nginx

        made += nginx.read([template.filled(file, projects) for file in files])
    files = of_kinds(found, FileKind.CADDYFILE, FileKind.CADDY_JSON)
    if files:
        from clawkit.doctor.readers import caddy

        made += caddy.read(files, environment=_caddy_environment(projects), version=_caddy_version(projects, record))
    if projects:
        from clawkit.doctor.readers.caddy.invoked import invoked
        from clawkit.doctor.readers.caddy.label import labelled

        made += labelled(projects, [piece.file for piece in found])
        made += invoked(projects, [piece.file for piece in found])
        made += _virtual(projects, [piece.file for piece in found])
    made += _traefik(found, projects)
    made += _others(found)
    made += cluster
    from clawkit.doctor.readers import cloudflared

    made += cloudflared.read(of_kinds(found, FileKind.TUNNEL), projects, record.host.units)
    entered = {piece.file.shown: piece.command.container for piece in found
               if piece.command is not None and piece.command.container and piece.kind in CONFIGURED}  # fmt: skip
    hosted = {piece.file.shown for piece in found if piece.kind in CONFIGURED and _on_host(piece)}
    return tuple(placement.placed(proxy, projects, record, entered, hosted) for proxy in made)


def _others(found: Sequence[Piece]) -> list[Proxy]:
    made: list[Proxy] = []
    files = of_kinds(found, FileKind.HAPROXY)
    if files:
        from clawkit.doctor.readers import haproxy

        made += haproxy.read(files)
    files = of_kinds(found, FileKind.APACHE)
    if files:
        from clawkit.doctor.readers import apache

        made += apache.read(files)
    files = of_kinds(found, FileKind.ENVOY)
    if files:
        from clawkit.doctor.readers import envoy

        made += envoy.read(files)
    return made


def _virtual(projects: Sequence[Compose], files: Sequence[TextFile]) -> list[Proxy]:
    services = [service for project in projects for service in project.services.values()]
    if not any("VIRTUAL_HOST" in service.environment for service in services):
        return []
    from clawkit.doctor.readers.nginx.virtual import virtual

    return list(virtual(projects, files))


def _on_host(piece: Piece) -> bool:
    """`cat /etc/nginx/…` and `nginx -T` at the host's own prompt, or a sentence that names a packaged site."""
    if piece.command is not None:
        typed = piece.command.program in ("cat", "nginx", "less", "sed") and not piece.command.container
        return typed and ("/etc/" in piece.command.typed or piece.command.program == "nginx")
    return piece.pasted and ("/sites-available/" in str(piece.file.path) or "/sites-enabled/" in str(piece.file.path))


CONFIGURED = (FileKind.NGINX, FileKind.CADDYFILE, FileKind.CADDY_JSON, FileKind.HAPROXY, FileKind.APACHE,
              FileKind.ENVOY)  # fmt: skip


def _caddy_environment(projects: Sequence[Compose]) -> dict[str, str]:
    """{$NAME} in a Caddyfile: of the only service that runs Caddy."""
    services = placement.candidates(projects, ProxyKind.CADDY)
    return {name: value.value for name, value in services[0].environment.items()} if len(services) == 1 else {}


def _caddy_version(projects: Sequence[Compose], record: Seen) -> tuple[int, ...] | None:
    said = next((version for name, version in record.versions if name == "caddy"), None)
    services = placement.candidates(projects, ProxyKind.CADDY)
    image = services[0].image.value if len(services) == 1 and services[0].image else ""
    return said or placement.tagged(image)


def _traefik(found: Sequence[Piece], projects: Sequence[Compose]) -> list[Proxy]:
    files = of_kinds(found, FileKind.TRAEFIK)
    labelled = any(label.lower().startswith("traefik.") for project in projects
                   for service in project.services.values() for label in service.labels)  # fmt: skip
    ran = placement.candidates(projects, ProxyKind.TRAEFIK)
    if not files and not labelled and not ran:
        return []
    from clawkit.doctor.readers import traefik

    if not projects:
        return list(traefik.read(Compose(at=files[0].place(1)), files))
    return [proxy for project in projects for proxy in traefik.read(project, files)]
