"""nginx does not start because of a neighbour: another site or location names a host that nobody has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.links import links, proxy_service, sites
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.model.upstream import Target
from clawkit.doctor.networks import may_meet_outside, meet
from clawkit.doctor.reload import reload

SAID = r'\[emerg\].*host not found in upstream "(?P<host>[^":]+)'


def judge(setup: Setup) -> Finding | None:
    own = {link.target.host.lower() for link in links(setup)}
    said = last_words(setup, SAID, Speaker.NGINX)
    if said is not None and said[1]["host"].lower() in own:
        return None
    proxies = {id(proxy): proxy for proxy, _ in sites(setup) if proxy.kind is ProxyKind.NGINX}
    for proxy in proxies.values():
        for target in _targets(proxy):
            host = target.host.lower()
            heard = said is not None and said[1]["host"].lower() == host
            if host not in own and (heard or (_nobody(setup, proxy, host) and not _started(setup, proxy))):
                return _finding(host, Fix(f"correct or remove {target.at}, or name it by a variable with a resolver",
                                          reload(proxy)), target, said[0].at if said and heard else None)  # fmt: skip
    if said is None or not own:
        return None
    return Finding(
        summary=f"nginx does not start: nothing is called {said[1]['host']}, which one of its other sites names",
        fix=Fix("correct or remove that site", "nginx -t"),
        evidence=at(said[0].at),
    )


def _finding(host: str, fix: Fix, target: Target, said: Place | None) -> Finding:
    return Finding(
        summary=f"nginx does not start, and OpenClaw's site with it: nothing is called {host} ({target.at})",
        fix=fix,
        evidence=at(target.at, *([said] if said else [])),
    )


def _targets(proxy: Proxy) -> Iterator[Target]:
    """Of every site: nginx looks all names up once, before it serves any."""
    for site in proxy.sites:
        for route in site.routes:
            if route.upstream is not None and not route.upstream.by_variable:
                yield from (one for one in route.upstream.targets if not one.variable and not one.resolve)


def _started(setup: Setup, proxy: Proxy) -> bool:
    """It answered somebody, or its container runs: then the name was known to it."""
    container = setup.container(proxy.service)
    answered = any(one.status is not None and one.vantage is not Vantage.DIRECT for one in setup.exchanges)
    spoke = any(line.speaker is Speaker.ACCESS for line in setup.logs)
    return answered or spoke or bool(setup.failures) or bool(container and container.running and not container.restarts)


def _nobody(setup: Setup, proxy: Proxy, host: str) -> bool:
    service = proxy_service(setup, proxy)
    if service is None or service.network_mode is not None or may_meet_outside(setup, service):
        return False
    bare = re.fullmatch(r"[a-z][\w-]*", host) is not None and host != "localhost"
    hosts = {name.lower() for name in service.extra_hosts}
    return bare and host not in hosts and not _known(setup, service, host)


def _known(setup: Setup, service: Service, host: str) -> bool:
    running = {name.lower() for one in setup.containers for name in (one.name, one.service or "")}
    near = [other for other in setup.services() if meet(setup, service, other)]
    return host in running or any(host == name.lower() for other in near for name in other.names)


CAUSE = Cause(
    slug="other-upstream-unknown",
    title="nginx finds what its other sites name",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"nginx-config-refused", "proxy-not-running"}),
)
