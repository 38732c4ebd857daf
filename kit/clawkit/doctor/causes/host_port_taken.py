"""Another program has the port of the host that the proxy or the gateway is to be published on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import engine_words, last_words
from clawkit.doctor.links import OURS, sites
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.host import Socket
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Where
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import gateway_services, proxy_services

ENGINE = (
    r"Bind for \S*?:(\d+) failed: port is already allocated|listen tcp[46]? \S*?:(\d+): bind: address already in use|"
    r"exposing port TCP \S*?:(\d+) -> .*(?:address already in use|forbidden|bind:)|"
    r"failed to bind (?:host )?port .*?:(\d+)\b.*already in use|port (\d+) is already allocated|"
    r"port '(\d+)' is already in use by service|"
    r"failed to bind udp listener on \S*?:(53)\b.*in use"
)
PROXY = (
    r"bind\(\) to \S*?:(\d+) failed \(98: [^)]+\)|"
    r"listen tcp[46]? \S*?:(\d+): bind: address already in use|listening on \S*?:(\d+):.*address already in use"
)
NAMES = 53
"""aardvark-dns listens there on each network's bridge: another resolver that has every address leaves it none."""
STANDALONE = r"Could not bind TCP port (\d+) because it is already in use|Problem binding to port (\d+)"
"""certbot --standalone beside a proxy that runs."""
DOCKERS = re.compile(r"docker|rootless|slirp|pasta|vpnkit|containerd|conmon|podman|com\.docke|netavark|ssh|wslrelay")
"""Processes that hold a port for a container, or pass it on."""


def judge(setup: Setup) -> Finding | None:
    for place, port in _said(setup):
        holder = _holder(setup, port)
        if holder is None or not OURS.search(holder.process):  # stray-systemd-gateway
            return _finding(setup, port, place, holder)
    for place, port, holder in _seen(setup):
        return _finding(setup, port, place, holder)
    certbot = last_words(setup, STANDALONE, Speaker.ACME)
    if certbot is not None:
        return _standalone(setup, certbot[0].at, _number(certbot[1]))
    for project in setup.compose:
        for problem in project.problems:
            found = re.search(r":(\d+) failed", problem.message)
            if problem.kind == "port-conflict" and found and not _both_run(setup):
                return _finding(setup, int(found[1]), problem.at, None, problem.message)
    return None


def _said(setup: Setup) -> Iterator[tuple[Place, int]]:
    engine = engine_words(setup, ENGINE)
    if engine is not None:
        yield engine[0], _number(engine[1])
    proxy = last_words(setup, PROXY, Speaker.NGINX, Speaker.CADDY)
    if proxy is not None:
        yield proxy[0].at, _number(proxy[1])


def _number(match: re.Match[str]) -> int:
    return next((int(group) for group in match.groups() if group), 0)


def _seen(setup: Setup) -> Iterator[tuple[Place, int, Socket]]:
    """A port that is asked for, and a socket of another program on it."""
    for _, service in proxy_services(setup):
        container = setup.container(service.name)
        for port in service.ports if container is None or not container.running else ():
            holder = _holder(setup, port.published or 0)
            if holder is not None and port.protocol == "tcp" and not DOCKERS.search(holder.process):
                yield port.at, holder.port, holder
    for proxy, site in sites(setup):
        for listener in site.listeners if proxy.where is Where.HOST and not _elsewhere(proxy) else ():
            holder = _holder(setup, listener.port)
            if holder is not None and not _own(setup, proxy, listener.port):
                yield listener.at, holder.port, holder


def _elsewhere(proxy: Proxy) -> bool:
    """Its ports are published by Compose, or are those of Cloudflare's edge."""
    return bool(proxy.service) or proxy.kind is ProxyKind.CLOUDFLARED


def _own(setup: Setup, proxy: Proxy, port: int) -> bool:
    names = [socket.process for socket in setup.host.sockets if socket.port == port and socket.protocol == "tcp"]
    return any(not name or proxy.kind.value in name or name == "openresty" for name in names)


def _holder(setup: Setup, port: int) -> Socket | None:
    sockets = [one for one in setup.host.sockets if one.port == port and one.process and one.protocol == "tcp"]
    return next((one for one in sockets if one.address not in ("127.0.0.53", "127.0.0.54")), None)


def _standalone(setup: Setup, place: Place, port: int) -> Finding:
    holder = _holder(setup, port)
    return Finding(
        summary=f"certbot --standalone wants port {port} for itself, and {holder.process if holder else 'the proxy'} "
        "has it: no certificate is issued or renewed",
        fix=Fix("let certbot answer through the proxy instead", "sudo certbot renew --webroot -w /var/www/html"),
        evidence=at(place, *([holder.at] if holder else [])),
    )


def _both_run(setup: Setup) -> bool:
    return sum(container.running for container in setup.containers) > 1


def _finding(setup: Setup, port: int, place: Place, holder: Socket | None, words: str = "") -> Finding:
    other = next((c for c in setup.containers if c.running
                  and any(each.endswith(f":{port}") for bound in c.published.values()
                           for each in bound)), None)  # fmt: skip
    who = (
        f"{holder.process} (pid {holder.pid})" if holder else f"container {other.name}" if other else "another program"
    )
    ours = any(port == own.published for service in gateway_services(setup) for own in service.ports)
    what = "Podman's name server" if port == NAMES else "the gateway" if ours and port not in (80, 443) else "the proxy"
    taken = f"port {port} of this host is taken by {who}, so {what} cannot start"
    return Finding(
        summary=f"two services want the same port: {words}" if words else taken,
        fix=Fix(f"stop {who} or take it out of the boot (systemctl disable --now …), or publish another port than "
        f"{port}",
                f"sudo ss -ltnp 'sport = :{port}'"),
        evidence=at(place, *([holder.at] if holder else []), *([other.at] if other else [])),
    )  # fmt: skip


CAUSE = Cause(
    slug="host-port-taken",
    title="the published ports are free",
    layer=Layer.HOST,
    hop=Hop.PORT,
    symptoms=(Symptom.REFUSED, Symptom.WRONG_SITE, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS, Part.CONTAINERS, Part.HOST, Part.COMPOSE),
    judge=judge,
    explains=frozenset({"proxy-not-running", "gateway-not-running", "nginx-config-refused", "caddyfile-refused"}),
)
