"""What the gateway really gets in a header, once the proxy's variables have been worked out for one request."""

from __future__ import annotations

import re
from collections.abc import Mapping

from clawkit.doctor.links import Link
from clawkit.doctor.model.proxy import Proxy, ProxyKind

PAGE: Mapping[str, str] = {"connection": "keep-alive"}
"""What a browser's plain request carries of the headers that matter here."""
HANDSHAKE: Mapping[str, str] = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
"""A browser's WebSocket handshake (Firefox writes "keep-alive, Upgrade")."""

NGINX_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
BESIDE = re.compile(r"ssl|tls|cert|acme|letsencrypt|security|gzip|brotli|log|error|resolver|auth", re.IGNORECASE)
"""Names of files that are about something else than what is sent to the upstream."""
UNREAD = "$unread"
"""Undecided: no such variable exists."""
CADDY_HEADER = re.compile(r"\{header\.([\w-]+)\}", re.IGNORECASE)


def sent(link: Link, name: str, asked: Mapping[str, str]) -> str:
    """Empty when the gateway gets none. A variable that the request does not decide stays as it is written."""
    nginx = link.proxy.kind is ProxyKind.NGINX
    value = link.route.headers_up.get(name)
    if value is not None:
        return _worked_out(link.proxy, value.value, asked)
    if unread(link):
        return UNREAD
    if nginx and name in ("upgrade", "te", "keep-alive"):
        return ""
    if nginx and name == "connection":
        return "close"
    if nginx and name == "host":
        return str(link.target)
    passed = link.route.settings.get("proxy_pass_request_headers")
    return "" if passed is not None and passed.value == "off" else asked.get(name, "")


def unread(link: Link) -> bool:
    """A file that nobody gave is included where the headers are set, so what is not seen may stand in it."""
    levels = [link.route.settings] if link.route.headers_up else [link.route.settings, link.site.settings]
    included = [name for level in levels if "include" in level for name in level["include"].value.split("; ")]
    missing = {each.value for each in link.proxy.missing}
    return any(name in missing and not BESIDE.search(name.rpartition("/")[2]) for name in included)


def decided(text: str) -> bool:
    """Nothing in it depends on what could not be read."""
    return "$" not in text and "{" not in text


def _worked_out(proxy: Proxy, text: str, asked: Mapping[str, str]) -> str:
    if proxy.kind is not ProxyKind.NGINX:
        return CADDY_HEADER.sub(lambda found: asked.get(found[1].lower(), ""), text)
    return NGINX_VARIABLE.sub(lambda found: _variable(proxy, found[1], asked, depth=0), text)


def _variable(proxy: Proxy, name: str, asked: Mapping[str, str], depth: int) -> str:
    if name.startswith("http_"):
        return asked.get(name.removeprefix("http_").replace("_", "-").lower(), "")
    table = proxy.maps.get(f"${name}")
    if table is None or depth > 3:
        return f"${name}"
    source = proxy.map_sources.get(f"${name}", "$http_upgrade")
    key = NGINX_VARIABLE.sub(lambda found: _variable(proxy, found[1], asked, depth + 1), source)
    result = chosen(table, key) if decided(key) else f"${name}"
    if not decided(result) and result != f"${name}":
        return NGINX_VARIABLE.sub(lambda found: _variable(proxy, found[1], asked, depth + 1), result)
    return result


def chosen(table: Mapping[str, str], key: str) -> str:
    """nginx's map: an exact entry without regard to case, else the first regular expression, else the default."""
    plain = {_bare(entry).lower(): value for entry, value in table.items()}
    if key.lower() in plain and key.lower() not in ("default", "volatile", "hostnames"):
        return _bare(plain[key.lower()])
    for entry, value in table.items():
        pattern = _bare(entry)
        if pattern.startswith("~") and _matches(pattern, key):
            return _bare(value)
    return _bare(plain.get("default", ""))


def _matches(pattern: str, key: str) -> bool:
    try:
        if pattern.startswith("~*"):
            return re.search(pattern[2:], key, re.IGNORECASE) is not None
        return re.search(pattern[1:], key) is not None
    except re.error:
        return False


def _bare(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
