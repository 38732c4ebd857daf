"""What `nginx -t` refuses in how directives stand together: doubled locations, upstreams, buffers that do not fit."""

from __future__ import annotations

from collections.abc import Iterator

from clawkit.doctor.model.place import Place, Problem
from clawkit.doctor.model.route import MatchKind
from clawkit.doctor.readers.nginx import target
from clawkit.doctor.readers.nginx.directive import Directive
from clawkit.doctor.readers.nginx.level import Level
from clawkit.doctor.readers.nginx.matching import match
from clawkit.doctor.readers.nginx.measure import count, size
from clawkit.doctor.readers.nginx.target import URL, Group

PAGE = 4096
"""Size of a buffer by default: a memory page."""
BUFFERS = ("proxy_buffers", "proxy_buffer_size", "proxy_busy_buffers_size")
NO_URI = (
    '"proxy_pass" cannot have URI part in location given by regular expression, or inside named location, '
    'or inside "if" statement, or inside "limit_except" block'
)


def of_upstreams(http: Level) -> Iterator[Problem]:
    met: set[str] = set()
    for each in http.own("upstream"):
        name = each.text
        if name.lower() in met:
            yield Problem(f'duplicate upstream "{name}"', each.at, "duplicate-upstream")
        met.add(name.lower())
        servers = Level(each.inner).own("server", "include", "state")
        if not servers:
            yield Problem("no servers are inside upstream", each.at, "empty-upstream")
        yield from (fault for server in servers if server.name == "server" and (fault := target.refused_server(server)))


def of_zones(http: Level) -> Iterator[Problem]:
    """Limits by a zone that nothing declares."""
    made = {word.removeprefix("zone=").split(":")[0] for each in http.own("limit_req_zone", "limit_conn_zone")
            for word in each.args if word.startswith("zone=")}  # fmt: skip
    for each in _everywhere(http.directives, "limit_req", "limit_conn"):
        named = [word for word in each.args if word.startswith("zone=") or each.name == "limit_conn"]
        zone = named[0].removeprefix("zone=") if named else ""
        if zone and zone not in made:
            yield Problem(f'zero size shared memory zone "{zone}"', each.at, "unknown-zone")


def _everywhere(directives: tuple[Directive, ...], *names: str) -> Iterator[Directive]:
    for each in directives:
        if each.name in names:
            yield each
        yield from _everywhere(each.inner, *names)


def of_server(server: Directive, http: Level, known: dict[str, Group]) -> Iterator[Problem]:
    level = Level(server.inner, http)
    yield from _certificate_key(level)
    yield from _buffers(level, server.at)
    yield from _inside(level, known, pattern=False)


def _inside(level: Level, known: dict[str, Group], *, pattern: bool) -> Iterator[Problem]:
    """`pattern`: the URI of proxy_pass would have nothing to replace."""
    met: set[tuple[MatchKind, str]] = set()
    for each in level.own("proxy_pass"):
        yield from _passed(each, known, pattern)
    for branch in level.own("if", "limit_except"):
        yield from _inside(Level(branch.inner, level), known, pattern=True)
    for location in level.own("location"):
        matched = match(location, None)
        inner = Level(location.inner, level)
        if (matched.kind, matched.path) in met and matched.kind in (MatchKind.PREFIX, MatchKind.EXACT):
            yield Problem(f'duplicate location "{matched.path}"', location.at, "duplicate-location")
        met.add((matched.kind, matched.path))
        yield from _buffers(inner, location.at)
        yield from _inside(inner, known, pattern=matched.kind in (MatchKind.REGEX, MatchKind.NAMED))


def _passed(directive: Directive, known: dict[str, Group], pattern: bool) -> Iterator[Problem]:
    fault = target.refused(directive, known)
    url = URL.fullmatch(directive.args[0]) if directive.args else None
    if fault is not None:
        yield fault
    elif pattern and url is not None and url["uri"] and "$" not in directive.args[0]:
        yield Problem(NO_URI, directive.at, "upstream-path")


def _certificate_key(level: Level) -> Iterator[Problem]:
    certificate = level.value("ssl_certificate")
    covered = level.one("ssl_certificate_key") or any(each.own("include") for each in level.chain())
    if certificate is not None and not covered:
        message = f'no "ssl_certificate_key" is defined for certificate "{certificate.value}"'
        yield Problem(message, certificate.at, "no-certificate-key")


def _buffers(level: Level, fallback: Place) -> Iterator[Problem]:
    """ngx_http_proxy_merge_loc_conf; also where only one of them is set and the others keep their defaults."""
    own = level.own(*BUFFERS)
    number, each, first, busy = _sizes(level)
    if not own or number is None or each is None or first is None:
        return
    at = own[-1].at or fallback
    largest = max(each, first)
    if number < 2:
        yield Problem('there must be at least 2 "proxy_buffers"', at, "buffers")
    elif busy is not None and busy < largest:
        yield Problem(
            '"proxy_busy_buffers_size" must be equal to or greater than the maximum of the value of '
            '"proxy_buffer_size" and one of the "proxy_buffers"', at, "buffers",
        )  # fmt: skip
    elif (busy if busy is not None else 2 * largest) > (number - 1) * each:
        yield Problem(
            '"proxy_busy_buffers_size" must be less than the size of all "proxy_buffers" minus one buffer',
            at,
            "buffers",
        )


def _sizes(level: Level) -> tuple[int | None, int | None, int | None, int | None]:
    """Number and size of the buffers, size of the first, and of the busy ones where it is set."""
    all_of_them = level.value("proxy_buffers") or None
    words = all_of_them.value.split() if all_of_them else ["8", str(PAGE)]
    first, busy = level.value("proxy_buffer_size"), level.value("proxy_busy_buffers_size")
    each = size(words[1]) if len(words) > 1 else None
    return count(words[0]), each, size(first.value) if first else PAGE, size(busy.value) if busy else None
