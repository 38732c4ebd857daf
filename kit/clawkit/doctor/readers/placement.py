"""Where each proxy runs, which service runs it, in which version, and how it names the certificates that were given."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from clawkit.doctor.model.bind import beside
from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Where
from clawkit.doctor.readers.recorded.seen import Seen

IMAGES = {
    ProxyKind.NGINX: re.compile(r"nginx|openresty|\bswag\b|tengine|\bangie\b|/npm\b"),
    ProxyKind.CADDY: re.compile(r"\bcaddy"),
    ProxyKind.TRAEFIK: re.compile(r"\btraefik"),
    ProxyKind.CLOUDFLARED: re.compile(r"\bcloudflared"),
    ProxyKind.HAPROXY: re.compile(r"\bhaproxy"),
    ProxyKind.APACHE: re.compile(r"(?:^|/)httpd\b|\bapache2?\b"),
    ProxyKind.ENVOY: re.compile(r"(?:^|/)envoy\b"),
}
OTHERS = re.compile(r"exporter|certbot|letsencrypt-companion|acme-companion|docker-gen")
FOLDERS = {
    ProxyKind.NGINX: ("/etc/nginx", "/usr/local/openresty", "/data/nginx", "/config/nginx"),
    ProxyKind.CADDY: ("/etc/caddy", "/config/caddy"),
    ProxyKind.TRAEFIK: ("/etc/traefik", "/traefik"),
    ProxyKind.CLOUDFLARED: ("/etc/cloudflared", "/home/nonroot/.cloudflared", "/root/.cloudflared"),
    ProxyKind.HAPROXY: ("/usr/local/etc/haproxy", "/etc/haproxy"),
    ProxyKind.APACHE: ("/usr/local/apache2", "/etc/apache2", "/etc/httpd"),
    ProxyKind.ENVOY: ("/etc/envoy",),
}
OFFICIAL = re.compile(r"(?:^|/)(?:nginx|nginx-unprivileged|openresty|caddy[\w-]*|traefik|angie):v?(\d+\.\d+(?:\.\d+)?)")
"""Images whose tag is the program's own version; nginx-proxy-manager and swag count their own."""


def placed(
    proxy: Proxy, projects: Sequence[Compose], seen: Seen, entered: Mapping[str, str], hosted: Collection[str] = ()
) -> Proxy:
    """`entered`: by source, the container from inside which a configuration was printed (`docker exec … nginx -T`).
    `hosted`: sources that were printed by the host itself, from where its packages keep them."""
    service = _service(proxy, projects)
    container = entered.get(proxy.at.source, "")
    if service is None and container:
        service = next((s for p in projects for s in p.services.values() if container in (*s.names, s.name)), None)
    where = proxy.where if proxy.where is not Where.UNKNOWN else _where(proxy, service, container, projects, seen)
    if where is Where.UNKNOWN and proxy.at.source in hosted:
        where = Where.HOST
    image = service.image.value if service and service.image else ""
    return replace(
        proxy,
        where=where,
        service=service.name if service else proxy.service,
        version=proxy.version or _version(proxy, image, seen),
    )


def _service(proxy: Proxy, projects: Sequence[Compose]) -> Service | None:
    """The one that mounts this very file, else the only one of this kind."""
    if proxy.service:
        return next((p.services[proxy.service] for p in projects if proxy.service in p.services), None)
    mounting = [
        service for project in projects for service in project.services.values() if _mounts(proxy, project, service)
    ]
    if mounting:
        return next((service for service in mounting if runs(service, proxy.kind)), mounting[0])
    own = candidates(projects, proxy.kind)
    return own[0] if len(own) == 1 else None


def candidates(projects: Sequence[Compose], kind: ProxyKind) -> list[Service]:
    return [service for project in projects for service in project.services.values() if runs(service, kind)]


def runs(service: Service, kind: ProxyKind) -> bool:
    """By its image, by where its own build lies, or by what it mounts where this proxy looks."""
    if OTHERS.search(f"{service.image.value if service.image else ''} {service.name}"):
        return False
    named = service.image.value.partition("@")[0].lower() if service.image else ""
    if IMAGES[kind].search(named):
        return True
    if service.image is None or service.built is not None:
        built = f"{service.built.value if service.built else ''} {service.name}".lower()
        if IMAGES[kind].search(built):
            return True
    return any(mount.target.startswith(FOLDERS[kind]) for mount in service.mounts) and not _another(named, kind)


def _another(image: str, kind: ProxyKind) -> bool:
    return any(rule.search(image) for other, rule in IMAGES.items() if other is not kind)


def _mounts(proxy: Proxy, project: Compose, service: Service) -> bool:
    files = {proxy.at.source, *proxy.files}
    for mount in service.mounts:
        if mount.kind != "bind" or not mount.source:
            continue
        source = beside(project, mount.source)
        if any(path == source or path.startswith(f"{source}/") for path in files) and source not in (".", ""):
            return True
        same = posixpath.basename(mount.source) in {posixpath.basename(path) for path in files}
        if same and mount.source.startswith(("/", "~", "$")) and mount.target.startswith(FOLDERS[proxy.kind]):
            return True  # given out of its place: the name is all there is
    return False


def _where(proxy: Proxy, service: Service | None, container: str, projects: Sequence[Compose], seen: Seen) -> Where:
    if service is not None:
        return Where.HOST if service.host_network else Where.CONTAINER
    running = [one for one in seen.containers if _plays(one, proxy.kind)]
    if container or running:
        hosted = any(one.network_mode == "host" for one in running if container in ("", one.name))
        return Where.HOST if hosted else Where.CONTAINER
    composed = proxy.at.source.endswith((".yml", ".yaml")) and any(proxy.at.source in each.files for each in projects)
    if proxy.kind is ProxyKind.TRAEFIK or composed:
        return Where.UNKNOWN  # its labels are on the services of any project
    if any(project.services for project in projects) or seen.containers_known:
        return Where.HOST
    return _by_signs(proxy, seen)


def _plays(container: Container, kind: ProxyKind) -> bool:
    from clawkit.doctor.readers.live.role import role

    return role(container).value == kind.value and not OTHERS.search(f"{container.image} {container.name}")


def _by_signs(proxy: Proxy, seen: Seen) -> Where:
    """A unit, a listening process, or the layout of Debian's package, which no image has."""
    name = proxy.kind.value
    if any(unit.name.startswith(name) and unit.active not in ("inactive", "failed") for unit in seen.host.units):
        return Where.HOST
    if any(socket.process.startswith(name) for socket in seen.host.sockets):
        return Where.HOST
    if any(socket.process == "docker-proxy" and socket.port in (80, 443) for socket in seen.host.sockets):
        return Where.CONTAINER
    user = proxy.options.get("user")
    debian = user is not None and user.value.startswith("www-data")
    layout = any("sites-enabled" in path or "sites-available" in path for path in (proxy.at.source, *proxy.files))
    return Where.HOST if debian or layout else Where.UNKNOWN


def tagged(image: str) -> tuple[int, ...] | None:
    found = OFFICIAL.search(image.partition("@")[0])
    return tuple(int(part) for part in found.group(1).split(".")) if found else None


def _version(proxy: Proxy, image: str, seen: Seen) -> tuple[int, ...] | None:
    """What it said itself, then its image's tag, then the header of an answer."""
    said = next((version for name, version in seen.versions if name == proxy.kind.value), None)
    return said or tagged(image) or next(_headers(proxy, seen), None)


def _headers(proxy: Proxy, seen: Seen) -> Iterator[tuple[int, ...]]:
    for exchange in seen.exchanges:
        found = re.match(rf"{proxy.kind.value}/(\d+\.\d+\.\d+)", exchange.headers.get("server", ""), re.IGNORECASE)
        if found:
            yield tuple(int(part) for part in found.group(1).split("."))


def configured(given: Sequence[str], proxies: Sequence[Proxy], projects: Sequence[Compose]) -> dict[str, str]:
    """Given PEM file -> the path by which a proxy's configuration names it."""
    found: dict[str, str] = {}
    for proxy in proxies:
        for site in proxy.sites:
            path = site.tls.certificate.value if site.tls.certificate else ""
            if not path:
                continue
            source = _source(path, proxy, projects)
            best = max(given, key=lambda shown: _alike(shown, source), default="")
            if best and _alike(best, source) and (best not in found):
                found[best] = path
    return found


def _source(path: str, proxy: Proxy, projects: Sequence[Compose]) -> str:
    """Through the mounts of the proxy's service, as the given files are named."""
    for project in projects:
        service = project.services.get(proxy.service or "")
        for mount in sorted(service.mounts, key=lambda m: -len(m.target)) if service else ():
            target = mount.target.rstrip("/")
            if mount.kind == "bind" and (path == target or path.startswith(f"{target}/")):
                return posixpath.normpath(beside(project, mount.source) + path[len(target) :])
    return path


def _alike(shown: str, path: str) -> int:
    """How many last parts of two paths are the same."""
    count = 0
    for one, other in zip(reversed(shown.split("/")), reversed(path.split("/")), strict=False):
        if one != other:
            break
        count += 1
    return count
