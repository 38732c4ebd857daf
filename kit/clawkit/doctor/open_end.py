"""When no cause explains what was seen: what that rules out, and what to run next. Never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clawkit.doctor.diagnose import Diagnosis
from clawkit.doctor.links import links
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.failure import Failure, FailureKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.over import over


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """A failure that was seen and that no finding explains."""

    seen: str
    source: str
    ruled_out: tuple[str, ...]
    next_commands: tuple[str, ...]


MEANING = {
    FailureKind.REFUSED: "nothing listens at {upstream}",
    FailureKind.UNREACHABLE: "there is no way to {upstream}",
    FailureKind.CONNECT_TIMEOUT: "{upstream} stays silent: stopped, another address, or a firewall",
    FailureKind.READ_TIMEOUT: "{upstream} took the request and did not answer in time",
    FailureKind.SEND_TIMEOUT: "{upstream} stopped reading the request",
    FailureKind.CLOSED: "{upstream} took the request and closed the connection",
    FailureKind.NO_HOST: "the name {upstream} does not resolve where the proxy runs",
    FailureKind.RESOLVER_DOWN: "the proxy's name server does not answer",
    FailureKind.PERMISSION: "the kernel forbids the proxy to connect to {upstream}",
    FailureKind.TLS: "the TLS handshake with {upstream} failed",
    FailureKind.NO_UPSTREAM: "the proxy holds every upstream for down",
    FailureKind.BIG_HEADER: "{upstream} answers with more headers than the proxy takes",
    FailureKind.BODY_TOO_LARGE: "the proxy refuses a body for its size",
    FailureKind.LIMITED: "the proxy's rate limit refuses requests",
    FailureKind.FORBIDDEN: "a rule of the proxy refuses the client",
    FailureKind.NO_SPACE: "the disk below the proxy is full",
    FailureKind.TOO_MANY_FILES: "the proxy has no connections or files left",
    FailureKind.INVALID_HEADER: "{upstream} does not speak HTTP/1 to the proxy",
    FailureKind.LOOP: "the proxy's own redirects go round in a circle",
}

RULES_OUT = {
    FailureKind.REFUSED: ("a firewall that drops", "a time-out", "a name that does not resolve"),
    FailureKind.CONNECT_TIMEOUT: ("a process that is not listening on a host that is up",),
    FailureKind.READ_TIMEOUT: ("the port", "the name", "the firewall"),
    FailureKind.CLOSED: ("the port", "the name", "the firewall", "a time-out"),
    FailureKind.NO_HOST: ("the port", "the firewall"),
}


def open_ends(setup: Setup, diagnosis: Diagnosis) -> tuple[OpenEnd, ...]:
    """Empty when an error was found: it explains what is seen, or has to be mended first anyway."""
    if diagnosis.root_cause is not None:
        return ()
    return (*_failures(setup), *_answers(setup))


def _failures(setup: Setup) -> Iterator[OpenEnd]:
    told: set[tuple[FailureKind, str]] = set()
    for failure in setup.failures:
        if over(setup, failure) or (failure.kind in RULED and STRANGE.search(failure.path)):
            continue
        if failure.kind in MEANING and (failure.kind, failure.upstream) not in told:
            told.add((failure.kind, failure.upstream))
            meaning = MEANING[failure.kind].format(upstream=failure.upstream or "the upstream")
            yield OpenEnd(meaning, str(failure.at), RULES_OUT.get(failure.kind, ()), tuple(_commands(setup, failure)))


RULED = (FailureKind.LIMITED, FailureKind.FORBIDDEN)
STRANGE = re.compile(
    r"\.(?:php|asp|aspx|cgi|env|git)\b|/wp-|/phpmyadmin|/cgi-bin|/\.(?:git|env|aws|ssh)", re.IGNORECASE
)
"""What only those ask for who look through the internet: refusing it is what the rule is for."""
BAD = (400, 403, 404, 408, 413, 421, 429, 431, 495, 496)
CUT = (1002, 1006, 1008, 1011, 1015)
PAGE = 200


def _answers(setup: Setup) -> Iterator[OpenEnd]:
    """One answer that no user wants, before others one in OpenClaw's own words."""
    for exchange in sorted(setup.exchanges, key=lambda one: not one.error_type):
        seen = _wrong(exchange)
        if seen:
            yield OpenEnd(f"{exchange.url} gives {seen}", str(exchange.at), (), tuple(_look(setup)))
            return


def _wrong(exchange: Exchange) -> str:
    status = exchange.status
    if exchange.close_code in CUT:
        return f"{exchange.close_code} {exchange.close_reason}".strip()
    if exchange.upgrade and status == PAGE:
        return "a page (200) in place of the WebSocket (101)"
    if status is not None and (status >= 500 or status in BAD):
        return f"{status} {exchange.error_type}".strip()
    return exchange.error or exchange.error_type if status is None else ""


def _commands(setup: Setup, failure: Failure) -> Iterator[str]:
    upstream = failure.upstream or "127.0.0.1:18789"
    if failure.kind in (FailureKind.REFUSED, FailureKind.CONNECT_TIMEOUT, FailureKind.READ_TIMEOUT):
        yield f"curl -sS -m 5 http://{upstream}/healthz"
    yield from _look(setup)


def _look(setup: Setup) -> Iterator[str]:
    """What was not given and would decide."""
    if setup.swarm:
        yield from (f"docker stack ps --no-trunc {setup.swarm}", "clawkit logs")
        return
    if not setup.containers_known:
        yield "docker ps -a"
    if not setup.host.sockets_known:
        yield "ss -ltnp"
    if not setup.has(Part.GATEWAY):
        yield "cat ~/.openclaw/openclaw.json"
    if not links(setup):
        yield "nginx -T"
    yield "docker logs --tail 50 openclaw"
