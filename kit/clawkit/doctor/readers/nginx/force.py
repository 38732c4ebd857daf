"""Everything in force at a level, put into a route: headers, times, limits, who may pass, and all the rest by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.route import RateLimit, Route, Timeouts
from clawkit.doctor.readers.nginx.directive import Directive
from clawkit.doctor.readers.nginx.level import Level
from clawkit.doctor.readers.nginx.measure import count, seconds, size
from clawkit.doctor.readers.nginx.source import disclosed

TYPED = (
    "proxy_set_header", "add_header", "proxy_hide_header", "proxy_http_version", "proxy_connect_timeout",
    "proxy_pass", "proxy_read_timeout", "proxy_send_timeout", "proxy_timeout", "proxy_buffering",
    "proxy_request_buffering", "client_max_body_size", "proxy_buffer_size", "allow", "deny", "limit_req",
    "limit_conn", "auth_basic", "auth_request", "proxy_cache", "proxy_intercept_errors", "error_page", "sub_filter",
    "limit_except", "rewrite", "return", "set",
)  # fmt: skip
FAMILIES = {"grpc": "grpc", "grpcs": "grpc", "fastcgi": "fastcgi", "uwsgi": "uwsgi", "scgi": "scgi"}
"""By the target's scheme, which family of directives rules."""


@dataclass(frozen=True, slots=True)
class Zones:
    """limit_req_zone: requests per second."""

    rates: dict[str, float]


def zones(directives: tuple[Directive, ...]) -> Zones:
    rates = {}
    for each in directives:
        if each.name == "limit_req_zone":
            given = dict(word.split("=", 1) for word in each.args if "=" in word)
            rate = _rate(given.get("rate", "1r/s"))
            if rate is not None:
                rates[given.get("zone", "").split(":")[0]] = rate
    return Zones(rates)


def _rate(text: str) -> float | None:
    number, _, unit = text.partition("r/")
    return int(number) / (60 if unit == "m" else 1) if number.isdecimal() and unit in ("", "s", "m") else None


def force(route: Route, level: Level, known: Zones) -> Route:
    schemes = [target.scheme for target in route.upstream.targets] if route.upstream else []
    family = next((FAMILIES[scheme] for scheme in schemes if scheme in FAMILIES), "proxy")
    return replace(
        route,
        headers_up=headers_up(level.all(f"{family}_set_header")),
        headers_lost=_lost(level, f"{family}_set_header"),
        headers_down=tuple(_headers_down(level, family)),
        http_version=level.value(f"{family}_http_version"),
        timeouts=_timeouts(level, family),
        buffering=level.flag(f"{family}_buffering"),
        request_buffering=level.flag(f"{family}_request_buffering"),
        body_limit=_size(level.value("client_max_body_size")),
        header_buffer=_size(level.value(f"{family}_buffer_size")),
        access=tuple(Value(f"{each.name} {each.text}", each.at) for each in level.all("allow", "deny")),
        limits=(*_requests(level, known), *_connections(level)),
        basic_auth=_unless_off(level.value("auth_basic")),
        forward_auth=_unless_off(level.value("auth_request")),
        cache=_cache(level, family),
        intercepts_errors=level.flag(f"{family}_intercept_errors"),
        error_pages=tuple(Value(each.text, each.at) for each in level.all("error_page")),
        sub_filters=tuple(Value(each.text, each.at) for each in level.all("sub_filter")),
        methods=next((Value(each.text, each.at) for each in level.own("limit_except")), None),
        settings=level.settings(*TYPED),
    )


def headers_up(directives: tuple[Directive, ...]) -> dict[str, Value[str]]:
    """nginx sends a header as often as it is set at the level, and an empty value not at all."""
    found: dict[str, Value[str]] = {}
    for each in directives:
        if len(each.args) != 2:
            continue
        name, value = each.args[0].lower(), disclosed(each.args[0], each.args[1])
        old = found.get(name)
        if old is None or not old.value:
            found[name] = Value(value, each.at)
        elif value and value != old.value and name != "host":  # of several Host lines Node keeps the first
            found[name] = Value(f"{old.value}, {value}", each.at)
    return found


def _lost(level: Level, name: str) -> dict[str, Value[str]]:
    """What the levels outside set, where this one has some of its own and therefore inherits none."""
    owner = next((each for each in level.chain() if each.own(name)), None)
    if owner is None or owner.parent is None:
        return {}
    kept = headers_up(owner.own(name))
    return {header: value for header, value in headers_up(owner.parent.all(name)).items() if header not in kept}


def _headers_down(level: Level, family: str) -> Iterator[tuple[str, Value[str]]]:
    for each in level.all(f"{family}_hide_header"):
        if each.args:
            yield each.args[0].lower(), Value("", each.at)
    for each in level.all("add_header"):
        if len(each.args) > 1:
            yield each.args[0].lower(), Value(disclosed(each.args[0], each.args[1]), each.at)


def _timeouts(level: Level, family: str) -> Timeouts:
    read = level.value(f"{family}_read_timeout") or level.value("proxy_timeout")
    return Timeouts(
        connect=_seconds(level.value(f"{family}_connect_timeout")),
        read=_seconds(read),
        send=_seconds(level.value(f"{family}_send_timeout")),
    )


def _seconds(value: Value[str] | None) -> Value[float] | None:
    number = seconds(value.value) if value else None
    return Value(number, value.at) if value and number is not None else None


def _size(value: Value[str] | None) -> Value[int] | None:
    number = size(value.value) if value else None
    return Value(number, value.at) if value and number is not None else None


def _unless_off(value: Value[str] | None) -> Value[str] | None:
    return None if value is None or value.value.lower() == "off" else value


def _status(level: Level, name: str) -> int:
    value = level.value(name)
    return (count(value.value) or 503) if value else 503


def _requests(level: Level, known: Zones) -> Iterator[RateLimit]:
    dry = level.flag("limit_req_dry_run")
    for each in () if dry and dry.value else level.all("limit_req"):
        given = dict(word.split("=", 1) for word in each.args if "=" in word)
        zone, burst = given.get("zone", ""), count(given.get("burst", "")) or 0
        status = _status(level, "limit_req_status")
        yield RateLimit(zone, known.rates.get(zone), burst, each.at, status, nodelay="nodelay" in each.args)


def _connections(level: Level) -> Iterator[RateLimit]:
    dry = level.flag("limit_conn_dry_run")
    for each in () if dry and dry.value else level.all("limit_conn"):
        most = count(each.args[1]) if len(each.args) > 1 else None
        if most is not None:
            yield RateLimit(each.args[0], None, 0, each.at, _status(level, "limit_conn_status"), most)


def _cache(level: Level, family: str) -> Value[str] | None:
    zone = _unless_off(level.value(f"{family}_cache"))
    if zone is not None:
        return zone
    expires = _unless_off(level.value("expires"))
    if expires is not None and expires.value not in ("epoch", "-1"):
        return Value(f"expires {expires.value}", expires.at)
    return next((_lasting(each.args[1], each.at) for each in level.all("add_header") if _lasts(each)), None)


def _lasts(header: Directive) -> bool:
    if len(header.args) < 2 or header.args[0].lower() != "cache-control":
        return False
    words = header.args[1].lower().replace(" ", "")
    fresh = any(word in words for word in ("no-store", "no-cache", "max-age=0"))
    return ("max-age=" in words or "immutable" in words) and not fresh


def _lasting(text: str, at: Place) -> Value[str]:
    return Value(f"cache-control {text}", at)
