"""Traefik as a proxy: each router is a site, the container whose labels define it is the target."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.place import Place, Problem, Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site, Where
from clawkit.doctor.model.route import Action, Redirect, Timeouts
from clawkit.doctor.readers.compose.units import seconds
from clawkit.doctor.readers.text import TextFile
from clawkit.doctor.readers.traefik import rule, tcp
from clawkit.doctor.readers.traefik.router import Router, site_of
from clawkit.doctor.readers.traefik.settings import Settings, below, listed, names, of_files, of_flags, of_labels, true

_IMAGE = re.compile(r"(?:^|/)traefik(?::v?(?P<version>[\d.]+))?")
_ADDRESS = re.compile(r"^(?P<host>.*?):(?P<port>\d+)(?:/(?P<protocol>\w+))?$")
UNNAMED = "http"
"""The entry point that Traefik opens on :80 where none is configured."""


def read(compose: Compose, files: Sequence[TextFile]) -> tuple[Proxy, ...]:
    """A proxy for each Traefik of the project; one without a service where only labels or the file provider's files are
    there: then Traefik runs elsewhere."""
    written, dynamic = of_files(files)
    runners = [service for service in compose.services.values() if is_traefik(service)]
    labelled = any(of_labels(service) for service in compose.services.values())
    if not runners:
        if not labelled and not dynamic and not written:
            return ()
        return (_Traefik(compose, None, written, dynamic).proxy(),)
    return tuple(_Traefik(compose, one, {**written, **of_flags(one)}, dynamic).proxy() for one in runners)


def is_traefik(service: Service) -> bool:
    return bool(service.image and _IMAGE.search(service.image.value.lower()))


@dataclass(slots=True)
class _Traefik:
    compose: Compose
    service: Service | None
    static: Settings
    dynamic: Settings
    problems: list[Problem] = field(default_factory=list)

    def proxy(self) -> Proxy:
        listeners = self._listeners()
        redirects = self._redirects(listeners)
        sites = [*self._sites(listeners, redirects), *_redirecting(listeners, redirects)]
        return Proxy(
            kind=ProxyKind.TRAEFIK,
            sites=tuple(_grouped(sites)),
            at=self.service.at if self.service else self._first() or self.compose.at,
            version=self._version(),
            where=self._where(),
            service=self.service.name if self.service else None,
            files=tuple(dict.fromkeys(value.at.source for value in (*self.static.values(), *self.dynamic.values()))),
            problems=tuple(self.problems),
            trusted=self._trusted(),
            email=next((v for k, v in self.static.items() if k.endswith(".acme.email")), None),
            options=dict(self.static),
        )

    def _first(self) -> Place | None:
        return next((value.at for value in (*self.static.values(), *self.dynamic.values())), None)

    def _version(self) -> tuple[int, ...] | None:
        match = _IMAGE.search(self.service.image.value) if self.service and self.service.image else None
        text = match["version"] if match else None
        return tuple(int(part) for part in text.split(".") if part) if text else None

    def _where(self) -> Where:
        if self.service is None:
            return Where.UNKNOWN
        return Where.HOST if self.service.host_network else Where.CONTAINER

    def _trusted(self) -> tuple[Value[str], ...]:
        """Of all entry points; `insecure` trusts every address."""
        found: list[Value[str]] = []
        for key, value in self.static.items():
            if key.endswith(".forwardedheaders.trustedips"):
                found += [Value(part, value.at) for part in listed(value)]
            elif key.endswith(".forwardedheaders.insecure") and true(value):
                found.append(Value("0.0.0.0/0", value.at))
        return tuple(found)

    def _listeners(self) -> dict[str, Listener]:
        """Entry point -> where it listens."""
        found: dict[str, Listener] = {}
        for name in names(self.static, "entrypoints"):
            address = self.static.get(f"entrypoints.{name}.address")
            match = _ADDRESS.match(address.value) if address else None
            if address and match and match["protocol"] != "udp":
                own = below(self.static, f"entrypoints.{name}.http.tls")
                quic = any(key.startswith(f"entrypoints.{name}.http3") for key in self.static)
                found[name] = Listener(
                    int(match["port"]), address.at, match["host"].strip("[]"), tls=bool(own), http2=True, quic=quic
                )
        if not found:
            at = self.service.at if self.service else self._first() or self.compose.at
            found = {UNNAMED: Listener(80, at)} if self.service else {}
        return found

    def _redirects(self, listeners: Mapping[str, Listener]) -> dict[str, Redirect]:
        """Entry points that send everything on to another one."""
        found: dict[str, Redirect] = {}
        for name in listeners:
            to = self.static.get(f"entrypoints.{name}.http.redirections.entrypoint.to")
            if to is None:
                continue
            target = listeners.get(to.value.lower())
            port = int(to.value.lstrip(":")) if to.value.lstrip(":").isdecimal() else target.port if target else 443
            scheme = self.static.get(f"entrypoints.{name}.http.redirections.entrypoint.scheme")
            permanent = self.static.get(f"entrypoints.{name}.http.redirections.entrypoint.permanent")
            code = 302 if permanent is not None and not true(permanent) else 301
            where = "" if port == 443 else f":{port}"
            found[name] = Redirect(code, f"{scheme.value if scheme else 'https'}://{{host}}{where}{{uri}}", to.at)
        return found

    def _sites(self, listeners: Mapping[str, Listener], redirects: Mapping[str, Redirect]) -> Iterator[Site]:
        shared = dict(self.dynamic)
        for service in self.compose.services.values():
            shared.update({k: v for k, v in of_labels(service).items() if k.startswith("http.")})
        timeouts = self._timeouts()
        self.problems += tcp.problems(tuple(self.compose.services.values()), self.dynamic)
        for router in self._routers(shared):
            written = router.own.get("rule")
            if written is not None and self._of_the_second(router):
                words = f"error while adding rule {written.value}: Traefik 3 takes one name for each Host(...)"
                self.problems.append(Problem(words, written.at, "rule-of-v2", fatal=False))
                continue
            yield from site_of(router, listeners, redirects, timeouts, self.problems)

    def _of_the_second(self, router: Router) -> bool:
        told = (router.own.get("rulesyntax"), self.static.get("core.defaultrulesyntax"))
        old = any(one is not None and one.value.lower() == "v2" for one in told)
        return (self._version() or (0,))[0] >= 3 and not old and bool(rule.of_the_second(router.own.get("rule")))

    def _timeouts(self) -> Timeouts:
        def one(key: str) -> Value[float] | None:
            written = self.static.get(f"serverstransport.forwardingtimeouts.{key}")
            text = f"{written.value}s" if written and written.value.isdecimal() else written.value if written else ""
            value = seconds(text)
            return Value(value, written.at) if written and value is not None else None

        return Timeouts(connect=one("dialtimeout"), header=one("responseheadertimeout"))

    def _routers(self, shared: Mapping[str, Value[str]]) -> Iterator[Router]:
        owners = {
            name: service
            for service in self.compose.services.values()
            for name in names(of_labels(service), "http.services")
        }
        for name in names(self.dynamic, "http.routers"):
            yield Router(name, below(self.dynamic, f"http.routers.{name}"), shared, None, owners=owners)
        for service in self.compose.services.values():
            labels = of_labels(service)
            mine = names(labels, "http.routers")
            if not self._enabled(service, labels):
                if mine:
                    at = labels["enable"].at if "enable" in labels else service.at
                    words = f"Filtering disabled container {service.name}: traefik.enable is not true"
                    self.problems.append(Problem(words, at, "not-enabled", fatal=False))
                continue
            network = labels.get("docker.network") or self.static.get("providers.docker.network")
            for name in mine:
                yield Router(name, below(labels, f"http.routers.{name}"), shared, service, labels, network, owners)

    def _enabled(self, service: Service, labels: Settings) -> bool:
        if "enable" in labels:
            return true(labels["enable"])
        default = self.static.get("providers.docker.exposedbydefault")
        return default is None or true(default)


def _redirecting(listeners: Mapping[str, Listener], redirects: Mapping[str, Redirect]) -> Iterator[Site]:
    for name, redirect in redirects.items():
        yield Site((), (listeners[name],), (), redirect.at, always=Action.REDIRECT, redirect=redirect)


def _grouped(sites: Sequence[Site]) -> Iterator[Site]:
    """Routers of the same names on the same entry points are routes of one site."""
    made: dict[tuple[object, ...], Site] = {}
    for site in sites:
        key = (tuple(name.value for name in site.names), site.listeners, site.always)
        known = made.get(key)
        made[key] = replace(known, routes=(*known.routes, *site.routes)) if known else site
    yield from made.values()
