"""The upstream names a host that nobody has: misspelt, or the service of another project."""

from __future__ import annotations

import difflib
import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, links, proxy_service
from clawkit.doctor.logged import logged
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import may_meet_outside, meet
from clawkit.doctor.reload import reload

UNKNOWN = (
    r'host not found in upstream "{name}|{name} could not be resolved \(3|'
    r"lookup {name}\b.*(?:no such host|server misbehaving)|"
    r"no such host.*\b{name}\b|getaddrinfo ENOTFOUND {name}\b"
)


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        if link.reach is not Reach.NAME or not link.target.host:  # "http:localhost:18789" names none
            continue
        seen, own = _seen(setup, link), proxy_service(setup, link.proxy)
        closed = own is not None and not own.host_network and not may_meet_outside(setup, own)
        bare = "." not in link.target.host
        if (closed and bare and own is not None and _unknown_to(setup, own, link)) or seen:
            return _finding(setup, link, own, seen)
    return _from_log(setup)


def _from_log(setup: Setup) -> Finding | None:
    """Nobody gave the configuration; a resolver that is missing is no unknown name."""
    for failure in logged(setup, FailureKind.NO_HOST):
        if not failure.upstream or "no resolver defined" in failure.at.text:
            continue
        known = sorted({name for service in setup.services() for name in service.names})
        if failure.upstream in known:
            continue
        return Finding(
            summary=f"nothing is called {failure.upstream} where the proxy runs"
            + (f"; known: {', '.join(known)}" if known else ""),
            fix=Fix(f"name a host that exists instead of {failure.upstream}: beside it in Docker the service's name, "
                    "in a network of both; on the host 127.0.0.1 and the published port", "docker compose ps"),
            evidence=at(failure.at),
        )  # fmt: skip
    return None


def _unknown_to(setup: Setup, own: Service, link: Link) -> bool:
    name = link.target.host.lower()
    hosts = {host.lower() for host in own.extra_hosts}
    running = {c.name.lower() for c in setup.containers} | {(c.service or "").lower() for c in setup.containers}
    return name not in hosts | running


def _seen(setup: Setup, link: Link) -> list[Place]:
    pattern = UNKNOWN.format(name=re.escape(link.target.host))
    said = [line.at for line, _ in setup.said(pattern, Speaker.NGINX, Speaker.CADDY)]
    failed = [f.at for f in setup.failed(FailureKind.NO_HOST) if f.upstream.split(":")[0] == link.target.host]
    return [*said, *failed][:2]


def _finding(setup: Setup, link: Link, own: Service | None, seen: list[Place]) -> Finding:
    near = [s for s in setup.services() if own is None or (s is not own and meet(setup, own, s))]
    names = [name for service in near for name in service.names]
    close = difflib.get_close_matches(link.target.host, names, n=1, cutoff=0.6)
    meant = close[0] if close else link.gateway.service if link.gateway and link.gateway.service else None
    fix = (
        f"write {meant} instead of {link.target.host}"
        if meant
        else f"name a host that exists instead of {link.target.host}"
    )
    known = ", ".join(sorted({service.name for service in near})) or "none"
    return Finding(
        summary=f"nothing is called {link.target.host} where {link.proxy.kind.value} runs; known there: {known}",
        fix=Fix(f"{fix} in {link.target.at}", reload(link.proxy)),
        evidence=at(link.target.at, *seen, *(service.at for service in near[:3])),
    )


CAUSE = Cause(
    slug="upstream-name-unknown",
    title="the upstream's name is one that exists",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.RESTARTING,
    ),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"upstream-wrong-port"}),
)
