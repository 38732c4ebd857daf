"""Follows the redirects of the proxies themselves, as a browser would, without asking anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from clawkit.doctor.condition import true
from clawkit.doctor.model.choice import choose
from clawkit.doctor.model.proxy import Proxy, Site
from clawkit.doctor.model.route import Redirect, Route
from clawkit.doctor.origins import PLAIN, TLS

HOST = re.compile(r"\$(?:http_host|host)\b|\$\{host\}|\{(?:host|hostport|labels\.\S+?)\}")
OWN = re.compile(r"\$(?:server_name\b|\{server_name\})")
"""nginx: the first name of the site that answers, as it is written there, whatever the visitor asked for."""
PATH = re.compile(r"\$request_uri\??|\$uri(?:\$is_args\$args)?|\$\{request_uri\}|\{uri\}|\{path\}")
SCHEME = re.compile(r"\$scheme|\$\{scheme\}|\{scheme\}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a browser stands."""

    tls: bool
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        usual = TLS if self.tls else PLAIN
        port = "" if self.port == usual else f":{self.port}"
        return f"http{'s' if self.tls else ''}://{self.host}{port}{self.path}"


def chain(proxy: Proxy, start: Address, fronted: bool) -> Iterator[tuple[Address, Redirect, Address]]:
    """Each redirect that certainly happens, at most six: more is a loop. `fronted`: another proxy ends TLS before."""
    here = start
    for _ in range(6):
        site, step = _redirect(proxy, here, fronted)
        there = _target(_named(step.to, site), here) if site is not None and step is not None else None
        if step is None or there is None:
            return
        yield here, step, there
        here = there


def _redirect(proxy: Proxy, here: Address, fronted: bool) -> tuple[Site | None, Redirect | None]:
    answer = choose(proxy, here.host, here.port, here.path, here.tls)
    if answer is None:
        return None, None
    site, route = answer
    candidates = [*site.redirects, *([site.redirect] if site.redirect else []), *_of(route)]
    return site, next((step for step in candidates if holds(step.condition, here, fronted)), None)


def _named(to: str, site: Site) -> str:
    """Without a name there is nothing to put in, and nobody can say where it leads."""
    return OWN.sub(lambda found: site.names[0].value.removeprefix(".") if site.names else found.group(), to)


def _of(route: Route | None) -> tuple[Redirect, ...]:
    if route is None:
        return ()
    return (*route.redirects, route.redirect) if route.redirect is not None else route.redirects


def holds(condition: str, here: Address, fronted: bool) -> bool:
    """Whether a condition is certainly true for a browser's request; one that is not understood counts as false."""
    text = condition.strip()
    if not text:
        return True
    if text.startswith(("$", "(")):
        return true(text, asked(here, fronted)) is True
    return _by_caddy(text.lower(), here, fronted)


def asked(here: Address, fronted: bool) -> dict[str, str]:
    """nginx variables that a plain request decides. What a proxy in front may add is left open where there is one."""
    usual = here.port in (PLAIN, TLS)
    known = {
        "host": here.host,
        "http_host": here.host if usual else f"{here.host}:{here.port}",
        "scheme": "https" if here.tls else "http",
        "https": "on" if here.tls else "",
        "server_port": str(here.port),
        "request_method": "GET",
        "uri": here.path,
        "request_uri": here.path,
    }
    front = {"http_x_forwarded_proto": "", "http_x_forwarded_ssl": "", "http_cf_visitor": ""}
    return known if fronted else known | front


def _by_caddy(text: str, here: Address, fronted: bool) -> bool:
    if "x-forwarded-proto" in text:
        return text.startswith("not ") and "https" in text and not fronted
    if re.match(r"(not )?protocol https?$", text):
        return (text.endswith("https") == here.tls) != text.startswith("not ")
    kind, *paths = text.split()
    return kind == "path" and any(_fits(path, here.path.lower()) for path in paths)


def _fits(wanted: str, path: str) -> bool:
    return path.startswith(wanted[:-1]) if wanted.endswith("*") else path == wanted


def _target(to: str, here: Address) -> Address | None:
    text = SCHEME.sub("https" if here.tls else "http", PATH.sub(here.path, HOST.sub(here.host, to)))
    if "$" in text or "{" in text:
        return None
    if text.startswith("/"):
        return replace(here, path=text)
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    tls = parts.scheme == "https"
    return Address(tls, parts.hostname, port or (TLS if tls else PLAIN), parts.path or "/")
