"""The address of an upstream (modules/caddyhttp/reverseproxy/addresses.go)."""

from __future__ import annotations

import re
from dataclasses import replace

from clawkit.doctor.model.place import Place
from clawkit.doctor.model.upstream import Target
from clawkit.doctor.readers.caddy.place import place
from clawkit.doctor.readers.caddy.placeholder import short
from clawkit.doctor.readers.caddy.reading import Reading
from clawkit.doctor.readers.caddy.token import Refused, Token

_PLACEHOLDER = re.compile(r"\{[^{}]+\}")
_CONFLICTS = {("http", "443"): "HTTPS", ("https", "80"): "HTTP", ("h2c", "443"): "HTTPS"}
_NETWORKS = ("unix", "unix+h2c", "unixgram", "fd", "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6")


def targets(token: Token, reading: Reading) -> list[Target]:
    """Several for a range of ports; none for what cannot be told at all."""
    text = token.text
    made = reading.variables.get(short(text), ())
    if made and all("{" not in one.text for one in made):
        return [target for one in made for target in targets(one, reading)]
    scheme, found, rest = text.partition("://")
    if not found:
        return _dialled(text, place(token), token, reading)
    return _by_url(scheme, rest, token, reading)


def _by_url(scheme: str, rest: str, token: Token, reading: Reading) -> list[Target]:
    if "{" in rest.replace("{$", ""):
        words = "due to parsing difficulties, placeholders are not allowed when an upstream address contains a scheme"
        reading.refuse(words, token, "upstream-placeholder")
    address = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if len(address) < len(rest):
        words = "for now, URLs for proxy upstreams only support scheme, host, and port components"
        reading.refuse(f"parsing upstream '{token.text}': {words}", token, "upstream-path")
    if scheme in ("ws", "wss"):
        instead = {"ws": "http", "wss": "https"}[scheme]
        words = f"the scheme {scheme}:// is only supported in browsers; use {instead}:// instead"
        reading.refuse(f"parsing upstream '{token.text}': {words}", token, "upstream-scheme")
        scheme = instead
    host, port = _split(address.rpartition("@")[2])
    if (scheme, port) in _CONFLICTS:
        words = f"upstream address has conflicting scheme ({scheme}://) and port (:{port}, the "
        named = f"parsing upstream '{token.text}': {words}{_CONFLICTS[scheme, port]} port)"
        reading.refuse(named, token, "upstream-scheme")
    return _ports(Target(host, None, place(token), scheme), port, token, reading)


def _dialled(text: str, at: Place, token: Token, reading: Reading) -> list[Target]:
    network, slash, rest = text.partition("/")
    if slash and network in _NETWORKS:
        if network.startswith("unix"):
            return [Target(rest.split("|")[0], None, at, "unix")]
        if network == "fd":
            return [Target(rest, None, at, "unix")]
        text = rest
    elif slash and network:
        # Caddy starts, and answers each request with 502 and this line in its log (tried with 2.11.7)
        words = f"dial {network}: unknown network {network}"
        reading.refused.append(Refused(words, token, "upstream-network"))
        text = network
    elif slash:
        text = rest
    host, port = _split(text)
    return _ports(Target(host, None, at), port, token, reading)


def _split(address: str) -> tuple[str, str]:
    if address.startswith("["):
        host, _, rest = address[1:].partition("]")
        return host, rest.lstrip(":")
    covered = _PLACEHOLDER.sub(lambda match: "_" * len(match.group(0)), address)
    if covered.count(":") != 1:
        return address, ""
    index = covered.index(":")
    return address[:index], address[index + 1 :]


def _ports(target: Target, port: str, token: Token, reading: Reading) -> list[Target]:
    variable = _PLACEHOLDER.search(target.host) or _PLACEHOLDER.search(port)
    if variable:
        whole = _PLACEHOLDER.fullmatch(target.host)
        target = replace(target, host="" if whole else target.host, variable=variable.group(0))
    if port.isdigit():
        return [replace(target, port=int(port))]
    first, dash, last = port.partition("-")
    if dash and first.isdigit() and last.isdigit() and 0 <= int(last) - int(first) < 100:
        return [replace(target, port=number) for number in range(int(first), int(last) + 1)]
    if port and not _PLACEHOLDER.search(port):
        words = f'invalid start port: strconv.ParseUint: parsing "{port}": invalid syntax'
        reading.refuse(f"parsing upstream '{token.text}': {words}", token, "upstream-port")
        digits = re.match(r"\d+", port)
        target = replace(target, port=int(digits.group(0)) if digits else None)
    return [target]
