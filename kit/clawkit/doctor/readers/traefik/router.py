"""One router with its service and middlewares as a site of one route."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.listener import Listener, Tls
from clawkit.doctor.model.place import Place, Problem, Value
from clawkit.doctor.model.proxy import Site
from clawkit.doctor.model.route import Action, Redirect, Route, Timeouts
from clawkit.doctor.model.upstream import HealthCheck, Target, Upstream
from clawkit.doctor.readers.traefik import rule
from clawkit.doctor.readers.traefik.middleware import Effects, effects
from clawkit.doctor.readers.traefik.settings import Settings, below, listed, names

EXPOSED = "lowest port that the image exposes"
"""The target's variable where no label, `ports` or `expose` says the port."""

SAME = "https://{host}{uri}"
"""Whoever is there already is let through: Traefik redirects nobody to the address that was asked for."""


@dataclass(frozen=True, slots=True)
class Router:
    name: str
    own: Settings
    """Below http.routers.NAME."""
    dynamic: Mapping[str, Value[str]]
    """Everything dynamic of all providers."""
    service: Service | None
    """The container whose labels define it; None for the file provider."""
    labels: Settings = field(default_factory=dict)
    network: Value[str] | None = None
    owners: Mapping[str, Service] = field(default_factory=dict)
    """Service of Traefik -> the container whose labels define it."""

    @property
    def at(self) -> Place:
        written = self.own.get("rule") or next(iter(self.own.values()), None)
        if written is not None:
            return written.at
        return self.service.at if self.service else Place("", None, "")


def site_of(
    router: Router,
    listeners: Mapping[str, Listener],
    redirects: Mapping[str, Redirect],
    timeouts: Timeouts,
    problems: list[Problem],
) -> Iterator[Site]:
    """Nothing where Traefik itself would leave the router out."""
    written = router.own.get("rule")
    if written is not None and rule.refused(written):
        words = f"error while parsing rule {written.value}: a name stands in backticks, Host(`claw.example.com`)"
        problems.append(Problem(words, written.at, "rule-syntax", fatal=False))
        return
    wanted = [name.lower() for name in listed(router.own.get("entrypoints"))] or list(listeners)
    unknown = [name for name in wanted if name not in listeners]
    if unknown and listeners:
        at = router.own["entrypoints"].at if "entrypoints" in router.own else router.at
        words = f"EntryPoint doesn't exist entryPointName={unknown[0]} routerName={router.name}"
        problems.append(Problem(words, at, "unknown-entrypoint", fatal=False))
    tls = any(key == "tls" or key.startswith("tls.") for key in router.own) and not _false(router.own.get("tls"))
    served = [listeners[name] for name in wanted if name in listeners and name not in redirects]
    if not served and listeners:
        moved = [name for name in wanted if name in redirects]
        if moved and not unknown:
            at = router.own["entrypoints"].at if "entrypoints" in router.own else router.at
            words = f"router {router.name} is on {moved[0]} alone, which sends every request on: nobody gets to it"
            problems.append(Problem(words, at, "redirected-entrypoint", fatal=False))
        return
    made = effects(listed(router.own.get("middlewares")), router.dynamic)
    problems += [
        Problem(
            f'middleware "{name}" does not exist', router.own["middlewares"].at, "undefined-middleware", fatal=False
        )
        for name in made.undefined
    ]
    if made.redirect and made.redirect.to == SAME and all(one.tls or tls for one in served):
        made.redirect = None
    yield Site(
        names=rule.hosts(router.own.get("rule")),
        listeners=tuple(replace(one, tls=one.tls or tls) for one in served),
        routes=(_route(router, made, timeouts, problems),),
        at=router.at,
        tls=_tls(router),
    )


def _false(value: Value[str] | None) -> bool:
    return value is not None and value.value.strip().lower() == "false"


def _tls(router: Router) -> Tls:
    resolver = router.own.get("tls.certresolver")
    return Tls(automatic=resolver is not None, issuer=resolver)


def _route(router: Router, made: Effects, timeouts: Timeouts, problems: list[Problem]) -> Route:
    upstream, settings = _upstream(router, problems)
    up = dict(made.up)
    passed = settings.get("passhostheader")
    if _false(passed) and passed is not None and upstream:
        up.setdefault("host", Value(str(upstream.targets[0]), passed.at))
    flush = settings.get("responseforwarding.flushinterval")
    extra = {f"service.{key}": value for key, value in settings.items()}
    if router.network is not None:
        extra["docker.network"] = router.network
    if flush is not None:
        extra["flushinterval"] = flush
    return Route(
        match=rule.match(router.own.get("rule")),
        action=Action.REDIRECT if made.redirect else Action.PROXY if upstream else Action.NONE,
        at=router.at,
        upstream=None if made.redirect else upstream,
        redirect=made.redirect,
        headers_up=up,
        headers_down=tuple(made.down),
        timeouts=timeouts,
        buffering=made.buffering,
        body_limit=made.body_limit,
        strip_prefix=made.strip,
        rewrite=made.rewrite,
        access=tuple(made.access),
        limits=tuple(made.limits),
        basic_auth=made.basic,
        forward_auth=made.forward,
        settings=extra,
    )


def _upstream(router: Router, problems: list[Problem]) -> tuple[Upstream | None, Settings]:
    """The service that the router names, or the only one that the container's labels define, or the container."""
    written = router.own.get("service")
    defined = names(router.labels, "http.services")
    name = written.value.split("@")[0].lower() if written else defined[0] if len(defined) == 1 else ""
    if written is None and len(defined) > 1:
        words = f"Router {router.name} cannot be linked automatically with multiple Services: {', '.join(defined)}"
        problems.append(Problem(words, router.at, "ambiguous-service", fatal=False))
        return None, {}
    own = below(router.dynamic, f"http.services.{name}.loadbalancer") if name else {}
    if "@internal" in (written.value if written else ""):
        return None, {}
    if written is not None and not own and not _implicit(router, name):
        words = f'the service "{written.value}" does not exist'
        problems.append(Problem(words, written.at, "undefined-service", fatal=False))
        return None, {}
    at = written.at if written else router.at
    listed_servers = [value for key, value in own.items() if key.startswith("servers[") and key.endswith("].url")]
    if listed_servers:
        return Upstream(tuple(_url(value) for value in listed_servers), at, name or None, health=_health(own)), own
    home = router.owners.get(name, router.service)
    return (Upstream((_container(home, own),), at, name or None, health=_health(own)), own) if home else (None, own)


def _health(own: Settings) -> HealthCheck | None:
    path, port = own.get("healthcheck.path"), own.get("healthcheck.port")
    if path is None:
        return None
    prefix = "healthcheck.headers."
    headers = {key.removeprefix(prefix): value.value for key, value in own.items() if key.startswith(prefix)}
    number = int(port.value) if port is not None and port.value.isdecimal() else None
    return HealthCheck(path, number, expect=own.get("healthcheck.status"), headers=headers)


def _implicit(router: Router, name: str) -> bool:
    """Traefik makes a service of the container's name (service-project) where no label defines one."""
    return router.service is not None and name.startswith(router.service.name.lower())


def _url(value: Value[str]) -> Target:
    """What is no URL is the whole host: Traefik would not reach it either."""
    try:
        parts = urlsplit(value.value)
        return Target(parts.hostname or value.value, parts.port, value.at, parts.scheme or "http")
    except ValueError:
        return Target(value.value, None, value.at)


def _container(service: Service, own: Settings) -> Target:
    """The port of the label; else the lowest one that the container exposes or publishes, as Traefik's Docker provider
    takes it (getPort in pkg/provider/docker)."""
    scheme = own.get("server.scheme")
    port = own.get("server.port")
    if port is not None and port.value.strip().isdecimal():
        return Target(service.name, int(port.value), port.at, scheme.value if scheme else "http")
    known = [(p.target, p.at) for p in service.ports] + [(v.value, v.at) for v in service.expose]
    if known:
        lowest, at = min(known, key=lambda pair: pair[0])
        return Target(service.name, lowest, at, scheme.value if scheme else "http")
    return Target(service.name, None, service.at, scheme.value if scheme else "http", variable=EXPOSED)
