"""Which causes have a fix that is safe, and what it changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from clawkit.doctor.fixes.edit import Edit
from clawkit.doctor.fronts import fronts
from clawkit.doctor.links import Link, links
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.origins import origins
from clawkit.doctor.reachable import right_ports
from clawkit.doctor.visit import socket_links

Mend = Callable[[Setup], Iterator[Edit]]

READ_SECONDS = 3600
"""As the cause advises: no answer of a model takes an hour."""


def _main(setup: Setup, kind: ProxyKind | None = None) -> Iterator[Link]:
    for link in links(setup):
        if link.main and (kind is None or link.proxy.kind is kind):
            yield link


def upstream_wrong_port(setup: Setup) -> Iterator[Edit]:
    for link in _main(setup):
        ports = right_ports(setup, link)
        wrong = link.target.port
        if ports and len(ports.numbers) == 1 and wrong is not None and wrong not in ports.numbers:
            right = min(ports.numbers)
            yield Edit(link.target.at, re.sub(rf":{wrong}(?!\d)", f":{right}", link.target.at.text, count=1))


def ws_upgrade_headers_missing(setup: Setup) -> Iterator[Edit]:
    for link in (*fronts(setup), *socket_links(setup)):
        if link.proxy.kind is ProxyKind.NGINX and "upgrade" not in link.route.headers_up:
            yield Edit(link.upstream.at, after=_upgrade(link))


def _upgrade(link: Link) -> tuple[str, ...]:
    """Headers that the location inherited so far would be lost with its first own one, so they are repeated."""
    own = [
        f"proxy_set_header {name} {value.value or chr(34) * 2};"
        for name, value in link.route.headers_up.items()
        if value.at.line is not None and link.route.at.line is not None and value.at.line < link.route.at.line
    ]
    version = () if link.route.http_version else ("proxy_http_version 1.1;",)
    return (*own, *version, "proxy_set_header Upgrade $http_upgrade;",
            'proxy_set_header Connection "upgrade";')  # fmt: skip


def ws_upgrade_wrong_variable(setup: Setup) -> Iterator[Edit]:
    for link in _main(setup, ProxyKind.NGINX):
        value = link.route.headers_up.get("upgrade")
        if value is not None and value.value != "$http_upgrade":
            yield Edit(value.at, value.at.text.replace(value.value, "$http_upgrade"))


def xff_copied_from_client(setup: Setup) -> Iterator[Edit]:
    for link in _main(setup, ProxyKind.NGINX):
        value = link.route.headers_up.get("x-forwarded-for")
        if value is not None and value.value.lower() == "$http_x_forwarded_for":
            yield Edit(value.at, value.at.text.replace(value.value, "$remote_addr"))


def no_xff_sent(setup: Setup) -> Iterator[Edit]:
    for link in _main(setup, ProxyKind.NGINX):
        if "x-forwarded-for" not in link.route.headers_up:
            yield Edit(link.upstream.at, after=("proxy_set_header X-Forwarded-For $remote_addr;",))


def variable_upstream_with_uri(setup: Setup) -> Iterator[Edit]:
    for link in _main(setup, ProxyKind.NGINX):
        if link.upstream.uri is not None and link.upstream.by_variable:
            yield Edit(link.upstream.uri.at, re.sub(r"/;\s*$", ";", link.upstream.uri.at.text))


def listen_443_without_ssl(setup: Setup) -> Iterator[Edit]:
    for proxy in setup.proxies:
        for site in proxy.sites:
            for listener in site.listeners:
                plain = listener.port == 443 and not listener.tls and proxy.kind is ProxyKind.NGINX
                if plain and site.tls.certificate is not None:
                    yield Edit(listener.at, re.sub(r"\s*;", " ssl;", listener.at.text, count=1))


def caddy_upstream_with_path(setup: Setup) -> Iterator[Edit]:
    for proxy in setup.proxies:
        for problem in proxy.problems:
            if proxy.kind is ProxyKind.CADDY and "proxy upstreams only support" in problem.message:
                yield Edit(problem.at, re.sub(r"(://[^\s/]+)/\S*", r"\1", problem.at.text))


def read_timeout_too_short(setup: Setup) -> Iterator[Edit]:
    for link in _main(setup, ProxyKind.NGINX):
        value = link.route.timeouts.read
        if value is None:
            yield Edit(link.upstream.at, after=(f"proxy_read_timeout {READ_SECONDS}s;",))
        elif value.value < READ_SECONDS and value.at.text.startswith("proxy_read_timeout"):
            yield Edit(value.at, f"proxy_read_timeout {READ_SECONDS}s;")


def body_too_large_413(setup: Setup) -> Iterator[Edit]:
    for link in _main(setup, ProxyKind.NGINX):
        value = link.route.body_limit
        if value is None:
            yield Edit(link.upstream.at, after=("client_max_body_size 32m;",))
        elif value.at.text.startswith("client_max_body_size"):
            yield Edit(value.at, "client_max_body_size 32m;")


def origin_entry(setup: Setup) -> Iterator[Edit]:
    """An entry that means one of the site's origins and is not written as one."""
    public = {origin.host: str(origin) for link in _main(setup)
              for origin in origins(setup, link.proxy, link.site) if origin.scheme == "https"}  # fmt: skip
    for gateway in setup.gateways:
        for entry in gateway.origins or ():
            bare = entry.value.split("://")[-1].split("/")[0].split(":")[0].lower()
            right = public.get(bare)
            if right is not None and entry.value != right and entry.value in entry.at.text:
                yield Edit(entry.at, entry.at.text.replace(entry.value, right, 1))


FIXES: dict[str, Mend] = {
    "upstream-wrong-port": upstream_wrong_port,
    "published-port-used-between-containers": upstream_wrong_port,
    "ws-upgrade-headers-missing": ws_upgrade_headers_missing,
    "ws-headers-lost-by-inheritance": ws_upgrade_headers_missing,
    "ws-upgrade-wrong-variable": ws_upgrade_wrong_variable,
    "xff-copied-from-client": xff_copied_from_client,
    "no-xff-sent": no_xff_sent,
    "variable-upstream-with-uri": variable_upstream_with_uri,
    "listen-443-without-ssl": listen_443_without_ssl,
    "caddy-upstream-with-path": caddy_upstream_with_path,
    "read-timeout-too-short": read_timeout_too_short,
    "body-too-large-413": body_too_large_413,
    "origin-entry-without-scheme": origin_entry,
    "origin-entry-without-port": origin_entry,
}
