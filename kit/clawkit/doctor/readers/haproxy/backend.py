"""A backend's servers, time-outs, checks and headers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.route import Timeouts
from clawkit.doctor.model.upstream import HealthCheck, Target, Upstream
from clawkit.doctor.readers.haproxy.condition import ALWAYS, Test, branches, named
from clawkit.doctor.readers.haproxy.section import Line, Section

XFF = "x-forwarded-for"
CLIENT = "{remote_host}"
SAMPLES = (
    (re.compile(r"%\[src\]|%ci\b"), CLIENT),
    (re.compile(r"%\[(?:req\.)?f?hdr\(host\)\]", re.IGNORECASE), "{host}"),
    (re.compile(r"%\[(?:req\.)?f?hdr\(([\w-]+)\)\]"), r"{header.\1}"),
)
PREFIX = re.compile(r"^\^?(?P<prefix>/[\w.~-]+)")
KEEPING = ("source", "uri", "hdr", "hash", "url_param", "rdp-cookie")
"""Kinds of `balance` that keep a visitor at one server."""


@dataclass(slots=True)
class Rules:
    """What a frontend and its backend do to a request on its way."""

    up: dict[str, Value[str]] = field(default_factory=dict)
    down: list[tuple[str, Value[str]]] = field(default_factory=list)
    strip: Value[str] | None = None
    rewrite: Value[str] | None = None
    access: list[Value[str]] = field(default_factory=list)
    basic: Value[str] | None = None

    def add(self, section: Section) -> None:
        self._forwarded(section)
        acls = named(section)
        for line in section.lines:
            if line.starts("http-request"):
                self._request(line, acls)
            elif line.starts("http-response", "set-header") or line.starts("http-response", "add-header"):
                words = _plain(line.words[3:])
                self.down.append((line.words[2].lower(), Value(" ".join(words), line.at)))

    def _forwarded(self, section: Section) -> None:
        line = section.last("option", "forwardfor")
        if line is not None:
            name = line.after("header").lower() or XFF
            self.up.setdefault(name, Value(CLIENT, line.at))

    def _request(self, line: Line, acls: Mapping[str, Sequence[Test]]) -> None:
        deed, rest = line.words[1] if len(line.words) > 1 else "", line.words[2:]
        asked = branches(line.words, acls)
        always = asked == ALWAYS or all(one.only_tls for one in asked)
        if deed in ("set-header", "add-header", "del-header") and rest and always:
            words = () if deed == "del-header" else _plain(rest[1:])
            self.up[rest[0].lower()] = Value(_told(" ".join(words)), line.at)
        elif deed in ("set-path", "replace-path", "set-uri", "replace-uri") and rest:
            self._path(Value(" ".join(_plain(rest)), line.at))
        elif deed == "auth":
            self.basic = Value("auth", line.at)
        elif deed in ("deny", "reject", "silent-drop", "tarpit") and len(asked) == 1 and asked[0].only_source:
            for wanted, ranges in asked[0].sources:
                kind = "deny" if wanted else "allow"
                self.access += [Value(f"{kind} {one}", line.at) for one in ranges]
                self.access += [] if wanted else [Value("deny all", line.at)]

    def _path(self, words: Value[str]) -> None:
        found = PREFIX.match(re.sub(r"^%\[path,regsub\(", "", words.value).strip("\"'"))
        if found is not None:
            self.strip = Value(found["prefix"], words.at)
        else:
            self.rewrite = words


def _told(text: str) -> str:
    """HAProxy's samples in the words of Caddy's placeholders, which the causes know."""
    for pattern, placeholder in SAMPLES:
        text = pattern.sub(placeholder, text)
    return text


def _plain(words: Sequence[str]) -> tuple[str, ...]:
    """Without the condition behind them."""
    end = next((index for index, word in enumerate(words) if word in ("if", "unless")), len(words))
    return tuple(words[:end])


def upstream(section: Section, port: int | None) -> Upstream | None:
    """`port`: of the listener, which is asked at the server too where none is written."""
    shared = section.last("default-server")
    lines = [*section.own("server"), *section.own("server-template")]
    targets = tuple(_targets(lines, shared, port))
    if not targets:
        return None
    used = [_options(line, shared) for line in lines]
    proxied = next((line.at for line, words in zip(lines, used, strict=True) if {"send-proxy", "send-proxy-v2"} & {
        *words}), None)  # fmt: skip
    return Upstream(
        targets,
        lines[0].at,
        section.name or None,
        by_variable=any("resolvers" in words for words in used),
        tls_verify=Value(_verifies(used[0]), lines[0].at) if "ssl" in used[0] else None,
        tls_server_name=_sni(lines[0], used[0]),
        health=_health(section, used[0]),
        sends_proxy_protocol=Value(True, proxied) if proxied else None,
        settings=dict(_settings(section, used)),
    )


def _options(line: Line, shared: Line | None) -> tuple[str, ...]:
    return (*line.words[3:], *(shared.words[1:] if shared else ()))


def _verifies(words: Sequence[str]) -> bool:
    return not any(pair == ("verify", "none") for pair in pairwise(words))


def _sni(line: Line, words: Sequence[str]) -> Value[str] | None:
    return Value("", line.at) if "sni" in words else None


def _targets(lines: Sequence[Line], shared: Line | None, port: int | None) -> Iterator[Target]:
    for line in lines:
        where = 3 if line.starts("server-template") else 2
        if len(line.words) <= where:
            continue
        words, address = _options(line, shared), line.words[where]
        if address.startswith(("unix@", "/", "abns@")):
            yield Target(address.removeprefix("unix@"), None, line.at, "unix")
            continue
        host, number = _split(address)
        scheme = "https" if "ssl" in words else "h2c" if _cleartext_h2(words) else "http"
        yield Target(
            host, number if number is not None else port, line.at, scheme, backup="backup" in words,
            down="disabled" in words, variable=host if host.startswith("$") else None,
        )  # fmt: skip


def _cleartext_h2(words: Sequence[str]) -> bool:
    return any(pair == ("proto", "h2") for pair in pairwise(words))


def _split(address: str) -> tuple[str, int | None]:
    bare = re.sub(r"^(?:ipv4|ipv6)@", "", address)
    found = re.match(r"^\[(?P<v6>[^\]]+)\](?::(?P<port6>\d+))?$|^(?P<host>[^:]*)(?::(?P<port>\d+))?$", bare)
    if found is None:
        return bare.strip("[]"), None
    number = found["port6"] or found["port"]
    return found["v6"] or found["host"] or "", int(number) if number else None


def _health(section: Section, words: Sequence[str]) -> HealthCheck | None:
    """Only where a server is checked, and by HTTP."""
    line = section.last("option", "httpchk")
    if line is None or "check" not in words:
        return None
    send = next(iter(section.own("http-check", "send")), None)
    path, at = _asked(line), line.at
    if send is not None and "uri" in send.words:
        path, at = send.after("uri"), send.at
    names = [index for index, word in enumerate(send.words) if word == "hdr"] if send is not None else []
    headers = {send.words[i + 1].lower(): send.words[i + 2] for i in names if send and i + 2 < len(send.words)}
    expect = next(iter(section.own("http-check", "expect", "status")), None)
    port = next((int(b) for a, b in pairwise(words) if a == "port" and b.isdigit()), None)
    return HealthCheck(
        Value(path, at), port, expect=Value(expect.words[3], expect.at) if expect and len(expect.words) > 3 else None,
        headers=headers,
    )  # fmt: skip


def _asked(line: Line) -> str:
    """`option httpchk [method] uri [version]`; OPTIONS / where nothing is written."""
    words = line.words[2:]
    return "/" if not words else words[0] if len(words) == 1 else words[1]


def _settings(section: Section, used: Sequence[Sequence[str]]) -> Iterator[tuple[str, Value[str]]]:
    balance = section.last("balance")
    if balance is not None and len(balance.words) > 1:
        yield "balance", Value(" ".join(balance.words[1:]), balance.at)
    cookie, stick = section.last("cookie"), section.last("stick")
    kept = stick or (cookie if any("cookie" in words for words in used) else None)
    if kept is None and balance is not None and balance.words[-1].startswith(KEEPING):
        kept = balance
    if kept is not None:
        yield "sticky", Value(" ".join(kept.words), kept.at)


def timeouts(front: Section, back: Section) -> Timeouts:
    """Until the 101 the server's limit counts; a tunnel has its own, and without it the shorter of both sides'."""
    server, client = back.timeout("server"), front.timeout("client")
    tunnel, connect = back.timeout("tunnel"), back.timeout("connect")
    both = [one for one in (server, client) if one is not None]
    read = tunnel if tunnel is not None else min(both, default=None, key=lambda one: one[0])
    return Timeouts(connect=_value(connect), read=_value(read), header=_value(server))


def _value(found: tuple[float, Place] | None) -> Value[float] | None:
    return Value(*found) if found is not None else None
