"""A server block, of http or of stream."""

from __future__ import annotations

from dataclasses import replace

from clawkit.doctor.model.listener import Listener, Tls
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import Site
from clawkit.doctor.model.route import Action, Match, MatchKind, Route
from clawkit.doctor.readers.lines import MASK
from clawkit.doctor.readers.nginx.answering import answers
from clawkit.doctor.readers.nginx.directive import Directive
from clawkit.doctor.readers.nginx.force import Zones, force
from clawkit.doctor.readers.nginx.internal import branches, followed, real
from clawkit.doctor.readers.nginx.level import Level
from clawkit.doctor.readers.nginx.listen import Listen, implied, listens
from clawkit.doctor.readers.nginx.map_table import MapTable
from clawkit.doctor.readers.nginx.route import conditional, routes
from clawkit.doctor.readers.nginx.scope import Scope
from clawkit.doctor.readers.nginx.target import Group, upstream


def heard(server: Directive) -> tuple[Listen, ...]:
    found = tuple(each for directive in Level(server.inner).own("listen") for each in listens(directive))
    return found or ((implied(server),) if not Level(server.inner).own("listen") else ())


def site(
    server: Directive, http: Level, listeners: tuple[Listener, ...],
    maps: dict[str, MapTable], known: dict[str, Group], zones: Zones,
) -> Site:  # fmt: skip
    level = Level(server.inner, http)
    names = tuple(Value(word, each.at) for each in level.own("server_name") for word in each.args)
    exact = tuple(name.value.lower() for name in names if name.value[:1] not in ("~", "*", ".", "_", ""))
    scope = Scope(maps, exact)
    found = tuple(answers(level.directives))
    made = followed((*routes(level, scope, known, zones), *_default_route(server, level, zones)), maps)
    named = {route.match.path: route for route in made if route.match.kind is MatchKind.NAMED}
    pages = tuple(Value(each.text, each.at) for each in level.all("error_page"))
    refusals = conditional(found, Action.RESPOND, Action.ABORT)
    always = next((each for each in found if not each.redirect.condition), None)
    return Site(
        names=names,
        listeners=listeners,
        routes=(*branches(refusals, pages, Match(MatchKind.PREFIX, "/"), named), *made),
        at=server.at,
        tls=tls(level),
        always=always.action if always else Action.NONE,
        redirect=always.redirect if always else None,
        redirects=conditional(found, Action.REDIRECT),
        refusals=real(refusals, pages, named),
        settings=level.settings(),
    )


def _default_route(server: Directive, level: Level, zones: Zones) -> tuple[Route, ...]:
    """Without `location /` the server's own root answers what no location takes; only where one is written."""
    whole = any(" ".join(each.args) in ("/", "^~ /", "^~/") for each in level.own("location"))
    if whole or not (level.own("try_files") or level.one("root")):
        return ()
    return (force(Route(Match(MatchKind.PREFIX, "/"), Action.FILES, server.at), level, zones),)


def tls(level: Level) -> Tls:
    certificate = level.value("ssl_certificate")
    acme = level.value("acme_certificate")
    protocols = level.value("ssl_protocols")
    asks = level.value("ssl_verify_client")
    return Tls(
        certificate=_pem(certificate),
        key=_pem(level.value("ssl_certificate_key")),
        protocols=Value(tuple(protocols.value.split()), protocols.at) if protocols else None,
        automatic=acme is not None,
        issuer=Value(acme.value.split()[0], acme.at) if acme else None,
        client_auth=asks if asks and asks.value.lower() != "off" else None,
    )


def _pem(value: Value[str] | None) -> Value[str] | None:
    """A path; `data:` holds the key itself."""
    if value is None or not value.value.startswith("data:"):
        return value
    return Value(f"data:{MASK}", Place(value.at.source, value.at.line, MASK))


def passing(server: Directive, stream: Level, maps: dict[str, MapTable], known: dict[str, Group]) -> Site:
    """A server of stream: one route, for all bytes."""
    level = Level(server.inner, stream)
    behind = upstream(level, Scope(maps).at(level), known, stream=True)
    listeners = tuple(each.listener for each in heard(server) if not each.udp)
    names = tuple(Value(word, each.at) for each in level.own("server_name") for word in each.args)
    route = Route(Match(MatchKind.PREFIX, "/"), Action.PROXY, server.at, upstream=behind)
    whole = replace(force(route, level, Zones({})), headers_up={})
    return Site(
        names=names,
        listeners=listeners,
        routes=(whole,) if behind else (),
        at=server.at,
        tls=tls(level),
        settings=level.settings(),
        stream=True,
    )
