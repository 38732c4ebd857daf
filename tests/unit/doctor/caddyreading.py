"""Caddyfiles as they stand in threads, read for a test without asking a real Caddy."""

from __future__ import annotations

from pathlib import Path

from clawkit.doctor.model.proxy import Proxy, Site
from clawkit.doctor.model.route import Action, Route
from clawkit.doctor.readers.caddy import read
from clawkit.doctor.readers.text import TextFile


def file(text: str, name: str = "Caddyfile", folder: str = "/given") -> TextFile:
    return TextFile(Path(folder) / name, name, text)


def proxy(text: str, version: tuple[int, ...] | None = None, environment: dict[str, str] | None = None) -> Proxy:
    (found,) = read([file(text)], caddy="", version=version, environment=environment)
    return found


def site(text: str, name: str = "claw.example.net") -> Site:
    """The site that serves a name over its own routes, not the redirect that Caddy adds."""
    found = [one for one in proxy(text).sites if one.always is Action.NONE and name in names(one)]
    assert len(found) == 1, [names(one) for one in found]
    return found[0]


def names(one: Site) -> tuple[str, ...]:
    return tuple(name.value for name in one.names)


def routes(content: str) -> tuple[Route, ...]:
    """Of a site with this content."""
    return site(f"claw.example.net {{\n{content}\n}}\n").routes


def route(content: str) -> Route:
    (only,) = routes(content)
    return only


def told(text: str, version: tuple[int, ...] | None = None) -> list[tuple[int | None, str, str]]:
    return [(one.at.line, one.kind, one.message) for one in proxy(text, version).problems]


def way(one: Route) -> str:
    """A route in one line: which requests, and what becomes of them."""
    match = f"{one.match.kind} {one.match.path}" + (f" [{one.match.also}]" if one.match.also else "")
    where = " ".join(str(target) for target in one.upstream.targets) if one.upstream else ""
    return f"{match} -> {one.action} {where}".rstrip()
