"""`tls` and the global options about certificates, as a site's `Tls` (httpcaddyfile/builtins.go, parseTLS)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clawkit.doctor.model.listener import Tls
from clawkit.doctor.model.place import Value
from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.place import place, value
from clawkit.doctor.readers.caddy.reading import Reading

STANDARD_ISSUERS = ("acme", "internal", "zerossl")
STANDARD_MANAGERS = ("tailscale", "http")


def provider(line: Directive, reading: Reading) -> Value[str] | None:
    """The DNS provider that a line names; the stock build has none."""
    if not line.args:
        return None
    name = line.words[0]
    reading.needs(f"dns.providers.{name}", line.token)
    return value(line.token, name)


def tls(lines: Sequence[Directive], base: Tls, reading: Reading) -> Tls:
    """`base` is what the global options give to every site that gets its certificate by itself."""
    found = base
    for line in lines:
        found = _by_arguments(line, found, reading)
        for inner in line.block:
            found = _by_subdirective(inner, found, reading)
    return found


def _by_arguments(line: Directive, found: Tls, reading: Reading) -> Tls:
    words = line.words
    if len(words) == 2:
        cert, key = words
        return replace(found, certificate=value(line.token, cert), key=value(line.token, key), automatic=False)
    if words == ("internal",):
        return replace(found, issuer=value(line.token, "internal"))
    if len(words) == 1 and words[0] != "force_automate" and "@" not in words[0] and "{" not in words[0]:
        text = "single argument must either be 'internal', 'force_automate', or an email address"
        kind = "caddy-v1" if words[0] in ("off", "self_signed") else "bad-value"
        reading.refuse(f"parsing caddyfile tokens for 'tls': {text}", line.token, kind)
    return found


def _by_subdirective(line: Directive, found: Tls, reading: Reading) -> Tls:
    name = line.name
    if name == "protocols":
        return replace(found, protocols=Value(line.words, place(line.token)))
    if name == "issuer" and line.args:
        return _issuer(line, found, reading)
    if name == "ca" and line.args:
        return replace(found, directory=value(line.token, line.words[0]))
    if name == "dns":
        return replace(found, dns_provider=provider(line, reading))
    if name == "on_demand":
        return replace(found, on_demand=Value(True, place(line.token)))
    if name == "client_auth":
        mode = line.last("mode")
        return replace(found, client_auth=value(line.token, mode.words[0] if mode and mode.args else "require"))
    if name == "get_certificate" and line.args and line.words[0] not in STANDARD_MANAGERS:
        reading.needs(f"tls.get_certificate.{line.words[0]}", line.token)
    if name == "load" and line.args:
        return replace(found, certificate=value(line.token, line.words[0]), automatic=False)
    return found


def _issuer(line: Directive, found: Tls, reading: Reading) -> Tls:
    kind = line.words[0]
    if kind not in STANDARD_ISSUERS:
        reading.needs(f"tls.issuance.{kind}", line.token)
    found = replace(found, issuer=value(line.token, kind))
    if len(line.args) > 1:
        found = replace(found, directory=value(line.token, line.words[1]))
    for inner in line.block:
        if inner.name == "dir" and inner.args:
            found = replace(found, directory=value(inner.token, inner.words[0]))
        elif inner.name == "dns":
            found = replace(found, dns_provider=provider(inner, reading))
    return found
