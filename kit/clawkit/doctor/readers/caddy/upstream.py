"""`reverse_proxy` and its transport: who is asked, with which time-outs (reverseproxy/caddyfile.go)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from clawkit.doctor.model.place import Value
from clawkit.doctor.model.route import Timeouts
from clawkit.doctor.model.upstream import HealthCheck, Target, Upstream
from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.header import Change, change
from clawkit.doctor.readers.caddy.measure import seconds
from clawkit.doctor.readers.caddy.place import SECRET_NAME, place, value
from clawkit.doctor.readers.caddy.reading import Reading
from clawkit.doctor.readers.caddy.target import targets
from clawkit.doctor.readers.caddy.token import Token
from clawkit.doctor.readers.caddy.vocabulary import REVERSE_PROXY, TRANSPORT

DURATIONS = (
    *("flush_interval", "lb_try_duration", "lb_try_interval", "health_interval", "health_timeout"),
    *("fail_duration", "unhealthy_latency", "stream_timeout", "stream_close_delay"),
)
_STANDARD_SOURCES = ("a", "srv", "multi")


@dataclass(frozen=True, slots=True)
class Proxied:
    upstream: Upstream
    up: tuple[Change, ...] = ()
    down: tuple[Change, ...] = ()
    timeouts: Timeouts = field(default_factory=Timeouts)
    flush: Value[float] | None = None
    buffering: Value[bool] | None = None
    request_buffering: Value[bool] | None = None
    intercepts: Value[bool] | None = None
    rewrite: Value[str] | None = None
    settings: dict[str, Value[str]] = field(default_factory=dict)


def proxied(directive: Directive, reading: Reading) -> Proxied:
    for line in directive.block:
        reading.check(line, REVERSE_PROXY, "reverse_proxy")
        _check_arguments(line, reading)
    transport = directive.last("transport")
    http = transport if transport is not None and transport.words[:1] != ("fastcgi",) else None
    for line in http.block if http else ():
        reading.check(line, TRANSPORT, "transport")
    rewrite = directive.last("rewrite")
    stored = directive.last("handle_response", "replace_status")
    return Proxied(
        _upstream(directive, transport, reading),
        tuple(_changes(directive, "header_up")),
        tuple(_changes(directive, "header_down")),
        _timeouts(directive, http),
        _duration(directive, "flush_interval"),
        _flag(directive, "response_buffers", "buffer_responses"),
        _flag(directive, "request_buffers", "buffer_requests"),
        Value(True, place(stored.token)) if stored else None,
        value(rewrite.token, " ".join(rewrite.words)) if rewrite else None,
        dict(_settings(directive, http)),
    )


def _check_arguments(line: Directive, reading: Reading) -> None:
    if line.name in (*DURATIONS, "header_up", "header_down", "to", "health_uri") and not line.args:
        words = f"wrong argument count or unexpected line ending after '{line.name}'"
        reading.refuse(words, line.token)
    elif line.name in DURATIONS and seconds(line.words[0]) is None and "{" not in line.words[0]:
        text = line.words[0]
        reading.refuse(f"bad duration value '{text}': time: invalid duration \"{text}\"", line.token, "bad-value")
    elif line.name == "header_up" and line.words[0].startswith("?"):
        words = "the default header modifier ('?') can only be used on response headers"
        more = "for conditional manipulation of request headers, use matchers"
        reading.refuse(f"{line.words[0][1:]}: {words}; {more}", line.token)


def _upstream(directive: Directive, transport: Directive | None, reading: Reading) -> Upstream:
    named = [*directive.args, *(arg for line in directive.all("to") for arg in line.args)]
    found = [target for token in named for target in targets(token, reading)]
    _check_schemes(named, found, reading)
    found += [target for line in directive.all("dynamic") for target in _dynamic(line, reading)]
    at = place(directive.token)
    if transport is None:
        return _balanced(Upstream(tuple(found), at, by_variable=True), directive)
    return _balanced(_carried(Upstream(tuple(found), at, by_variable=True), transport), directive)


def _check_schemes(named: list[Token], found: list[Target], reading: Reading) -> None:
    schemes = list(dict.fromkeys(target.scheme for target in found if target.scheme != "unix"))
    if len(schemes) > 1:
        late = next(token for token in named if token.text.startswith(schemes[1]) or "://" not in token.text)
        words = "for now, all proxy upstreams must use the same scheme (transport protocol)"
        named_words = f"parsing upstream '{late.text}': {words}; expecting '{schemes[0]}://' but got '{schemes[1]}://'"
        reading.refuse(named_words, late, "upstream-scheme")


def _dynamic(line: Directive, reading: Reading) -> Iterator[Target]:
    source = line.words[0] if line.args else ""
    if source not in _STANDARD_SOURCES:
        reading.needs(f"http.reverse_proxy.upstreams.{source}", line.token)
    words = {inner.name: inner.words[0] for inner in line.block if inner.args}
    name = words.get("name", line.words[1] if len(line.args) > 1 else "")
    if source == "srv":
        parts = [words.get("service", ""), words.get("proto", ""), name]
        yield Target(".".join(part for part in parts if part), None, place(line.token), "srv")
    elif name:
        port = words.get("port", line.words[2] if len(line.args) > 2 else "80")
        yield Target(name, int(port) if port.isdigit() else None, place(line.token))


def _carried(upstream: Upstream, transport: Directive) -> Upstream:
    """With what the transport says: scheme, TLS, versions."""
    if transport.words[:1] == ("fastcgi",):
        return replace(upstream, targets=tuple(replace(target, scheme="fastcgi") for target in upstream.targets))
    tls = transport.last("tls", "tls_insecure_skip_verify", "tls_server_name", "tls_trust_pool", "tls_client_auth")
    insecure = transport.last("tls_insecure_skip_verify")
    name = transport.last("tls_server_name")
    versions = transport.last("versions")
    protocol = transport.last("proxy_protocol")
    h2c = versions is not None and "h2c" in versions.words
    found = upstream.targets
    if tls is not None or h2c:
        found = tuple(_secured(target, "https" if tls is not None else "h2c") for target in found)
    return replace(
        upstream,
        targets=found,
        tls_verify=Value(False, place(insecure.token)) if insecure else None,
        tls_server_name=value(name.token, name.words[0]) if name and name.args else None,
        versions=Value(versions.words, place(versions.token)) if versions else None,
        sends_proxy_protocol=Value(True, place(protocol.token)) if protocol else None,
        keepalive=_no_keepalive(transport),
    )


def _no_keepalive(transport: Directive) -> Value[int] | None:
    line = transport.last("keepalive")
    return Value(0, place(line.token)) if line and line.words in (("off",), ("0",), ("0s",)) else None


def _secured(target: Target, scheme: str) -> Target:
    """Port 80 stays where none was written: only a scheme in the address changes it."""
    if target.scheme != "http":
        return target
    return replace(target, scheme=scheme, port=80 if target.port is None and not target.variable else target.port)


def _balanced(upstream: Upstream, directive: Directive) -> Upstream:
    return replace(
        upstream,
        health=_health(directive),
        try_duration=_duration(directive, "lb_try_duration"),
    )


def _health(directive: Directive) -> HealthCheck | None:
    uri = directive.last("health_uri", "health_path")
    any_line = uri or directive.last("health_port", "health_status", "health_headers")
    if any_line is None:
        return None
    port, status = directive.last("health_port"), directive.last("health_status", "health_body")
    headers = directive.last("health_headers")
    interval, timeout = _duration(directive, "health_interval"), _duration(directive, "health_timeout")
    return HealthCheck(
        value(any_line.token, uri.words[0] if uri and uri.args else "/"),
        int(port.words[0]) if port and port.args and port.words[0].isdigit() else None,
        interval.value if interval else None,
        timeout.value if timeout else None,
        value(status.token, " ".join(status.words)) if status else None,
        {line.name.lower(): _shown(line) for line in headers.block} if headers else {},
    )


def _shown(line: Directive) -> str:
    text = " ".join(line.words)
    return "***" if SECRET_NAME.search(line.name) and not text.startswith("{") else text


def _timeouts(directive: Directive, transport: Directive | None) -> Timeouts:
    inner = transport or Directive(directive.token)
    return Timeouts(
        connect=_duration(inner, "dial_timeout"),
        read=_duration(inner, "read_timeout"),
        send=_duration(inner, "write_timeout"),
        header=_duration(inner, "response_header_timeout"),
        stream=_duration(directive, "stream_timeout"),
        stream_close_delay=_duration(directive, "stream_close_delay"),
    )


def _duration(directive: Directive, name: str) -> Value[float] | None:
    line = directive.last(name)
    length = seconds(line.words[0]) if line and line.args else None
    return Value(length, place(line.token)) if line and length is not None else None


def _flag(directive: Directive, *names: str) -> Value[bool] | None:
    line = directive.last(*names)
    return Value(True, place(line.token)) if line else None


def _changes(directive: Directive, name: str) -> Iterator[Change]:
    return (found for line in directive.all(name) if (found := change(line.args)) is not None)


def _settings(directive: Directive, transport: Directive | None) -> Iterator[tuple[str, Value[str]]]:
    for line in directive.block:
        if line.name not in ("header_up", "header_down", "to", "transport") and not line.name.startswith("@"):
            yield line.name, value(line.token, " ".join(line.words))
    for line in transport.block if transport else ():
        yield f"transport {line.name}", value(line.token, " ".join(line.words))
