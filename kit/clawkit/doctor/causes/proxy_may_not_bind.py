"""The proxy, or rootless Docker for it, is not allowed to open ports below 1024."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import engine_words, last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import proxy_services

PROXY = (
    r"bind\(\) to \S*?:(\d+) failed \(13: Permission denied\)|listen tcp[46]? \S*?:(\d+): bind: permission denied|"
    r"listening on \S*?:(\d+):.*permission denied"
)
ENGINE = r"cannot expose privileged port (\d+)|Failed to bind port (\d+) \(Permission denied\)"
EXEC = r"exec (?:/usr/bin/)?caddy: operation not permitted"
OFFICIAL = re.compile(r"^(?:docker\.io/)?(?:library/)?caddy(?::[\w.-]+)?(?:@.*)?$")
FIRST = "sysctl -w net.ipv4.ip_unprivileged_port_start=80"


def judge(setup: Setup) -> Finding | None:
    engine = engine_words(setup, ENGINE)
    if engine is not None:
        port = _port(engine[1].groups())
        return _finding(f"the rootless engine may not open port {port}", FIRST, engine[0])
    said = last_words(setup, PROXY, Speaker.NGINX, Speaker.CADDY)
    if said is None:
        return _not_executed(setup)
    caddy = said[0].speaker is Speaker.CADDY
    command = "setcap cap_net_bind_service=+ep $(which caddy)" if caddy else "systemctl restart nginx"
    return _finding(f"the proxy may not open port {_port(said[1].groups())} as this user", command, said[0].at)


def _not_executed(setup: Setup) -> Finding | None:
    """Caddy's binary carries cap_net_bind_service: the kernel does not start it where that is taken away."""
    said = last_words(setup, EXEC, Speaker.CADDY)
    shown = [said[0].at] if said else []
    for proxy, service in proxy_services(setup):
        image = service.image.value if service.image else ""
        dropped = next((line for line in service.cap_drop if line.value.upper() == "ALL"), None)
        kept = {name.upper().removeprefix("CAP_") for name in service.cap_add} & {"NET_BIND_SERVICE", "ALL"}
        if proxy.kind is ProxyKind.CADDY and dropped and not kept and OFFICIAL.match(image) and not service.built:
            return Finding(
                summary=f"service {service.name} drops all capabilities, and Caddy's binary asks for one: the kernel "
                "refuses to start it (exec /usr/bin/caddy: operation not permitted)",
                fix=Fix(f"cap_add: [NET_BIND_SERVICE] beside {dropped.at}", "docker compose up -d"),
                evidence=at(dropped.at, *shown),
            )
    if said is None:
        return None
    fix = Fix("cap_add: [NET_BIND_SERVICE] under Caddy's service", "docker compose up -d")
    words = "the kernel refuses to start Caddy: its binary asks for a capability that its container may not have"
    return Finding(summary=words, fix=fix, evidence=at(said[0].at))


def _port(groups: tuple[str | None, ...]) -> str:
    return next((group for group in groups if group), "443")


def _finding(words: str, command: str, place: Place) -> Finding:
    return Finding(
        summary=f"{words}: it is below 1024 and needs a right of its own",
        fix=Fix("start it by its own unit (systemctl), give it cap_net_bind_service, or lower "
                "net.ipv4.ip_unprivileged_port_start", command),
        evidence=at(place),
    )  # fmt: skip


CAUSE = Cause(
    slug="proxy-may-not-bind",
    title="the proxy may open its ports",
    layer=Layer.HOST,
    hop=Hop.PORT,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS, Part.CONTAINERS, Part.COMPOSE),
    judge=judge,
    explains=frozenset({"proxy-not-running", "nginx-config-refused", "caddyfile-refused"}),
)
