"""Placeholders in their short spelling, whichever the file uses (httpcaddyfile/shorthands.go)."""

from __future__ import annotations

import re

_SHORT = {
    "http.request.host": "host",
    "http.request.hostport": "hostport",
    "http.request.port": "port",
    "http.request.method": "method",
    "http.request.uri": "uri",
    "http.request.uri.path": "path",
    "http.request.uri.query": "query",
    "http.request.uri.prefixed_query": "?query",
    "http.request.orig_uri": "orig_uri",
    "http.request.orig_uri.path": "orig_path",
    "http.request.remote": "remote",
    "http.request.remote.host": "remote_host",
    "http.request.remote.port": "remote_port",
    "http.request.scheme": "scheme",
    "http.request.uuid": "uuid",
    "http.reverse_proxy.upstream.hostport": "upstream_hostport",
    "http.vars.client_ip": "client_ip",
}
_LONG = re.compile(r"\{http\.[\w.?-]+\}")
_FAMILY = (
    ("http.request.header.", "header."),
    ("http.request.cookie.", "cookie."),
    ("http.request.uri.query.", "query."),
    ("http.regexp.", "re."),
    ("http.vars.", "vars."),
    ("http.reverse_proxy.", "rp."),
    ("http.error.", "err."),
)


def short(text: str) -> str:
    """{http.request.host} becomes {host}, {>Origin} becomes {header.Origin}."""
    text = re.sub(r"\{>([\w-]+)\}", r"{header.\1}", text)
    return _LONG.sub(_shortened, text)


def _shortened(match: re.Match[str]) -> str:
    name = match.group(0)[1:-1]
    if name in _SHORT:
        return "{" + _SHORT[name] + "}"
    for long, brief in _FAMILY:
        if name.startswith(long):
            return "{" + brief + name.removeprefix(long) + "}"
    return match.group(0)
