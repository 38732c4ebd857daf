"""Small models made by hand for tests that need no file."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.finding import Evidence, Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site, Where
from clawkit.doctor.model.route import Action, Match, MatchKind, Route
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.model.upstream import Target, Upstream


def place(line: int = 1, text: str = "", source: str = "nginx.conf") -> Place:
    return Place(source, line, text)


def value(text: str, line: int = 1) -> Value[str]:
    return Value(text, place(line, text))


def route(host: str, port: int | None, path: str = "/", **more: object) -> Route:
    at = place(5, f"proxy_pass http://{host}:{port};")
    upstream = Upstream((Target(host, port, at),), at)
    return Route(Match(MatchKind.PREFIX, path), Action.PROXY, place(4, f"location {path} {{"), upstream, **more)  # type: ignore[arg-type]


def proxy(*routes: Route, name: str = "claw.example.net", where: Where = Where.HOST, port: int = 443) -> Proxy:
    site = Site((value(name, 3),), (Listener(port, place(2, f"listen {port} ssl;"), tls=port != 80),), routes, place(1))
    return Proxy(ProxyKind.NGINX, (site,), place(1), where=where)


def gateway(**more: object) -> Gateway:
    return Gateway(place(1, "{", "openclaw.json"), has_config=True, **more)  # type: ignore[arg-type]


def finding(text: str = "it is wrong", **more: object) -> Finding:
    return Finding(text, Fix("mend it"), (Evidence("nginx.conf:1", text),), **more)  # type: ignore[arg-type]


def cause(slug: str, found: Finding | None, *, explains: frozenset[str] = frozenset(),
          symptoms: tuple[Symptom, ...] = (Symptom.BAD_GATEWAY,), part: Part = Part.PROXY) -> Cause:  # fmt: skip
    def judge(setup: Setup) -> Finding | None:
        del setup
        return found

    return Cause(slug, slug, Layer.PROXY, Hop.PROXY, symptoms, looks_at(part), judge, explains)


__all__ = ["Severity", "cause", "finding", "gateway", "place", "proxy", "route", "value"]
