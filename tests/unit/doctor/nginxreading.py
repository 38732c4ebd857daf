"""Reads nginx texts for tests, as the doctor would get them from a folder."""

from __future__ import annotations

from pathlib import PurePosixPath

from clawkit.doctor.model.proxy import Proxy, Site
from clawkit.doctor.model.route import Route
from clawkit.doctor.readers.nginx import read
from clawkit.doctor.readers.text import TextFile


def files(texts: dict[str, str]) -> list[TextFile]:
    return [TextFile(PurePosixPath("/given") / name, name, text) for name, text in texts.items()]  # type: ignore[arg-type]


def proxies(texts: dict[str, str]) -> tuple[Proxy, ...]:
    return read(files(texts))


def proxy(text: str, name: str = "nginx.conf") -> Proxy:
    (found,) = proxies({name: text})
    return found


def whole(http: str) -> Proxy:
    """Of a main file with this inside http."""
    return proxy(f"events {{}}\nhttp {{\n{http}\n}}\n")


def site(server: str) -> Site:
    """Of a server block with this inside."""
    (found,) = whole(f"server {{\n{server}\n}}").sites
    return found


def route(location: str, around: str = "") -> Route:
    """Of `location /` with this inside, in a server with `around`."""
    return next(each for each in site(f"{around}\nlocation / {{\n{location}\n}}").routes if not each.match.also)


def words(found: Proxy) -> list[tuple[str, str]]:
    """Kind and message of what would be refused."""
    return [(problem.kind, problem.message) for problem in found.problems]
