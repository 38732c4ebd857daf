"""Global options: the block without an address at the top of a Caddyfile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from clawkit.doctor.model.listener import Tls
from clawkit.doctor.model.place import Value
from clawkit.doctor.readers.caddy.address import is_ip
from clawkit.doctor.readers.caddy.certificate import provider
from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.place import masked, place, value
from clawkit.doctor.readers.caddy.reading import Reading
from clawkit.doctor.readers.caddy.vocabulary import DIRECTIVES, OPTIONS, PLUGIN_DIRECTIVES, PLUGIN_OPTIONS, SERVERS

PRIVATE_RANGES = ("192.168.0.0/16", "172.16.0.0/12", "10.0.0.0/8", "127.0.0.1/8", "fd00::/8", "::1")
"""internal.PrivateRangesCIDR."""
STANDARD_STORAGE = ("file_system",)
STANDARD_SOURCES = ("static",)
STANDARD_WRAPPERS = ("http_redirect", "proxy_protocol", "tls")


@dataclass(slots=True)
class Options:
    plain: dict[str, Value[str]] = field(default_factory=dict)
    tls: Tls = field(default_factory=lambda: Tls(automatic=True))
    http_port: int = 80
    https_port: int = 443
    trusted: list[Value[str]] = field(default_factory=list)
    real_ip_header: Value[str] | None = None
    protocols: Value[tuple[str, ...]] | None = None
    proxy_protocol: list[str] = field(default_factory=list)
    """Listeners behind a proxy_protocol wrapper; "" for all."""
    binds: tuple[str, ...] = ()

    @property
    def auto_https(self) -> tuple[str, ...]:
        chosen = self.plain.get("auto_https")
        return tuple(chosen.value.split()) if chosen else ()


def options(content: Iterable[Directive], reading: Reading) -> Options:
    found = Options()
    for line in content:
        if line.name in PLUGIN_OPTIONS:
            reading.needs(line.name, line.token)
        else:
            _check(line, reading)
        _take(line, found, reading)
    return found


def _check(line: Directive, reading: Reading) -> None:
    if line.name in DIRECTIVES and line.name not in OPTIONS:
        # a site block whose address is missing, often because its variable is not set
        words = f"unrecognized global option: {line.name}"
        reading.refuse(words, line.token, "site-without-address")
        return
    reading.check(line, OPTIONS, "option")


def _take(line: Directive, found: Options, reading: Reading) -> None:
    words = " ".join(line.words)
    if line.name == "servers":
        _servers(line, found, reading)
        return
    if line.name == "order":
        _order(line, reading)
    found.plain[line.name] = value(line.token, masked(f"{line.name} {words}").partition(" ")[2])
    for inner in line.block:
        found.plain[f"{line.name} {inner.name}"] = value(inner.token, " ".join(inner.words))
    if line.name == "http_port" and words.isdigit():
        found.http_port = int(words)
    elif line.name == "https_port" and words.isdigit():
        found.https_port = int(words)
    elif line.name == "default_bind":
        found.binds = line.words
    elif line.name == "storage" and line.args and line.words[0] not in STANDARD_STORAGE:
        reading.needs(f"caddy.storage.{line.words[0]}", line.token)
    else:
        found.tls = _tls(line, found.tls, reading)


def _tls(line: Directive, tls: Tls, reading: Reading) -> Tls:
    if line.name == "acme_ca" and line.args:
        return replace(tls, directory=value(line.token, line.words[0]))
    if line.name in ("acme_dns", "dns"):
        return replace(tls, dns_provider=provider(line, reading))
    if line.name == "local_certs":
        return replace(tls, issuer=value(line.token, "internal"))
    if line.name == "cert_issuer" and line.args:
        return replace(tls, issuer=value(line.token, line.words[0]))
    if line.name == "auto_https" and ("off" in line.words or "disable_certs" in line.words):
        return replace(tls, automatic=False)
    return tls


def _order(line: Directive, reading: Reading) -> None:
    words = line.words
    if not words:
        return
    if words[0] not in DIRECTIVES and words[0] not in PLUGIN_DIRECTIVES:
        text = f"{words[0]} is not a registered directive"
        reading.refuse(f"parsing caddyfile tokens for 'order': {text}", line.token, "unknown-directive")
    if words[0] in PLUGIN_DIRECTIVES:
        reading.needs(PLUGIN_DIRECTIVES[words[0]], line.token)
    order = [name for name in reading.order if name != words[0]]
    if words[1:] == ("first",):
        order.insert(0, words[0])
    elif len(words) == 3 and words[1] in ("before", "after") and words[2] in order:
        order.insert(order.index(words[2]) + (words[1] == "after"), words[0])
    else:
        order.append(words[0])
    reading.order = order


def _servers(line: Directive, found: Options, reading: Reading) -> None:
    reading.inside = "servers"
    for inner in line.block:
        reading.check(inner, SERVERS, "servers")
        name = inner.name
        if name == "trusted_proxies":
            _trusted(inner, found, reading)
        elif name == "client_ip_headers" and inner.args:
            found.real_ip_header = value(inner.token, " ".join(inner.words))
        elif name == "protocols":
            found.protocols = Value(inner.words, place(inner.token))
        elif name == "listener_wrappers":
            _wrappers(line, inner, found, reading)
        found.plain[f"servers {name}"] = value(inner.token, " ".join(inner.words))
        for deep in inner.block:
            found.plain[f"servers {name} {deep.name}"] = value(deep.token, " ".join(deep.words))
    reading.inside = ""


def _trusted(line: Directive, found: Options, reading: Reading) -> None:
    source = line.words[0] if line.args else ""
    if source not in STANDARD_SOURCES:
        if is_ip(source.partition("/")[0]):
            module = f"http.ip_sources.{source}"
            reading.refuse(f"getting module named '{module}': module not registered: {module}", line.token, "bad-value")
        elif source:
            reading.needs(f"http.ip_sources.{source}", line.token)
            found.trusted.append(value(line.token, source))
        return
    for token in line.args[1:]:
        ranges = PRIVATE_RANGES if token.text == "private_ranges" else (token.text,)
        found.trusted += [value(token, text) for text in ranges]


def _wrappers(servers: Directive, line: Directive, found: Options, reading: Reading) -> None:
    for wrapper in line.block:
        if wrapper.name == "proxy_protocol":
            found.proxy_protocol.append(servers.words[0] if servers.args else "")
        elif wrapper.name not in STANDARD_WRAPPERS:
            reading.needs(f"caddy.listeners.{wrapper.name}", wrapper.token)
