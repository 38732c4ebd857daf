"""What a router's middlewares do with a request, put into the route in their order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from clawkit.doctor.model.place import Value
from clawkit.doctor.model.route import RateLimit, Redirect
from clawkit.doctor.readers.compose.units import seconds
from clawkit.doctor.readers.traefik.settings import Settings, below, listed, true

PERMANENT, TEMPORARY = 301, 302
WHOLE = re.compile(r"\^?(?P<scheme>https?\??)://\(\.[*+]\)\$?")
DEEPEST = 5


@dataclass(slots=True)
class Effects:
    up: dict[str, Value[str]] = field(default_factory=dict)
    down: list[tuple[str, Value[str]]] = field(default_factory=list)
    redirect: Redirect | None = None
    strip: Value[str] | None = None
    rewrite: Value[str] | None = None
    access: list[Value[str]] = field(default_factory=list)
    limits: list[RateLimit] = field(default_factory=list)
    body_limit: Value[int] | None = None
    basic: Value[str] | None = None
    forward: Value[str] | None = None
    buffering: Value[bool] | None = None
    undefined: list[str] = field(default_factory=list)


def effects(wanted: tuple[str, ...], dynamic: Mapping[str, Value[str]]) -> Effects:
    made = Effects()
    for name in _chained(wanted, dynamic, 0):
        own = below(dynamic, f"http.middlewares.{name.split('@')[0].lower()}")
        if own:
            _apply(name, own, made)
        elif "@internal" not in name:
            made.undefined.append(name)
    return made


def _chained(wanted: tuple[str, ...], dynamic: Mapping[str, Value[str]], depth: int) -> Iterator[str]:
    for name in wanted:
        inner = listed(dynamic.get(f"http.middlewares.{name.split('@')[0].lower()}.chain.middlewares"))
        if inner and depth < DEEPEST:
            yield from _chained(inner, dynamic, depth + 1)
        else:
            yield name


def _apply(name: str, own: Settings, made: Effects) -> None:
    _headers(own, made)
    _redirect(own, made)
    strip = own.get("stripprefix.prefixes") or own.get("stripprefixregex.regex")
    made.strip = strip or made.strip
    path = own.get("addprefix.prefix") or own.get("replacepath.path") or own.get("replacepathregex.replacement")
    made.rewrite = path or made.rewrite
    for kind in ("ipallowlist", "ipwhitelist"):
        ranges = own.get(f"{kind}.sourcerange")
        if ranges is not None:
            made.access += [Value(f"allow {part}", ranges.at) for part in listed(ranges)]
            made.access.append(Value("deny all", ranges.at))
    _limit(name, own, made)
    body = own.get("buffering.maxrequestbodybytes")
    if body is not None and body.value.isdecimal():
        made.body_limit = Value(int(body.value), body.at)
    buffered = next((value for key, value in own.items() if key.startswith("buffering")), None)
    if buffered is not None:
        # it takes in the whole answer before it passes any of it on: no streaming
        made.buffering = Value(True, buffered.at)
    made.basic = next((v for k, v in own.items() if k.startswith(("basicauth", "digestauth"))), None) or made.basic
    made.forward = own.get("forwardauth.address") or made.forward


def _headers(own: Settings, made: Effects) -> None:
    for key, value in own.items():
        if key.startswith("headers.customrequestheaders."):
            made.up[key.removeprefix("headers.customrequestheaders.")] = value
        elif key.startswith("headers.customresponseheaders."):
            made.down.append((key.removeprefix("headers.customresponseheaders."), value))
        elif key == "headers.stsseconds" and value.value not in ("0", ""):
            more = "; includeSubDomains" if true(own.get("headers.stsincludesubdomains")) else ""
            made.down.append(("strict-transport-security", Value(f"max-age={value.value}{more}", value.at)))
        elif key == "headers.contentsecuritypolicy":
            made.down.append(("content-security-policy", value))
        elif key == "headers.framedeny" and true(value):
            made.down.append(("x-frame-options", Value("DENY", value.at)))


def _redirect(own: Settings, made: Effects) -> None:
    scheme = own.get("redirectscheme.scheme")
    replacement = own.get("redirectregex.replacement")
    if scheme is not None:
        code = PERMANENT if true(own.get("redirectscheme.permanent")) else TEMPORARY
        port = own.get("redirectscheme.port")
        where = f":{port.value}" if port else ""
        made.redirect = Redirect(code, f"{scheme.value}://{{host}}{where}{{uri}}", scheme.at)
    elif replacement is not None:
        code = PERMANENT if true(own.get("redirectregex.permanent")) else TEMPORARY
        regex = own.get("redirectregex.regex")
        to, condition = _followed(replacement.value, regex.value if regex else "")
        made.redirect = Redirect(code, to, replacement.at, condition)


def _followed(to: str, regex: str) -> tuple[str, str]:
    """The usual forms in words that can be followed: the whole address after its scheme is kept."""
    found = WHOLE.fullmatch(regex)
    kept = re.fullmatch(r"(https?)://\$?\$\{?1\}?", to)
    if found is None or kept is None:
        return to, regex
    asked = found["scheme"]
    return f"{kept[1]}://{{host}}{{uri}}", "" if asked == "https?" else f"protocol {asked}"


def _limit(name: str, own: Settings, made: Effects) -> None:
    average = own.get("ratelimit.average")
    if average is None or not average.value.isdecimal() or int(average.value) == 0:
        return
    burst, period = own.get("ratelimit.burst"), own.get("ratelimit.period")
    every = (seconds(period.value) if period else None) or 1.0
    count = int(burst.value) if burst and burst.value.isdecimal() else 1
    made.limits.append(RateLimit(name, int(average.value) / every, count, average.at, status=429))
