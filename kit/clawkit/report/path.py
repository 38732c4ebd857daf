"""The way of a request, hop by hop, as far as the results of checks tell: from the client through to the model.

A check that failed without stopping a request (a missing header, a foreign origin let in) breaks no hop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from clawkit.check import Outcome, Result
from clawkit.probe.failure import Trouble


class HopName(StrEnum):
    CLIENT = "client"
    DNS = "dns"
    PORT = "port"
    TLS = "tls"
    PROXY = "proxy"
    GATEWAY = "gateway"
    MODEL = "model"


class State(StrEnum):
    OK = "ok"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Hop:
    hop: HopName
    state: State
    detail: str
    ms: float | None = None
    """How long this hop took, where a check measured it."""


WITNESSES = {
    "dns": HopName.DNS,
    "tls-version": HopName.TLS,
    "certificate-chain": HopName.TLS,
    "certificate-name": HopName.TLS,
    "certificate-expiry": HopName.TLS,
    "healthz": HopName.GATEWAY,
    "startupz": HopName.GATEWAY,
    "readyz": HopName.GATEWAY,
    "control-ui": HopName.GATEWAY,
    "websocket-handshake": HopName.GATEWAY,
    "origin-accepted": HopName.GATEWAY,
    "websocket-auth": HopName.GATEWAY,
    "health-rpc": HopName.GATEWAY,
    "long-request": HopName.MODEL,
}
"""Check -> the hop that it reaches when it passes. The redirect is no witness: it is the way of another port."""

CLOCKS = {
    HopName.TLS: ("tls-version", "ms"),
    HopName.PROXY: ("redirect", "ms"),
    HopName.GATEWAY: ("healthz", "ms"),
    HopName.MODEL: ("long-request", "streamed_ms"),
}
"""Hop -> the check and the value that is its time: the proxy answers the redirect by itself, /healthz is the gateway's.
"""

NO_WAY = (Trouble.REFUSED, Trouble.UNREACHABLE)
TLS_TROUBLE = (Trouble.NOT_TLS, Trouble.NO_CERTIFICATE, Trouble.UNKNOWN_NAME, Trouble.TLS_VERSION, Trouble.UNTRUSTED,
               Trouble.TLS_OTHER, Trouble.CA_FILE)  # fmt: skip

BEHIND_THE_PROXY = (401, 403, 429, 500, 502, 503, 504)
"""Statuses that the gateway sends, or the proxy for want of a gateway; any other one is the proxy's own word."""

GAVE_UP_WAITING = 504

UNSEEN = {
    HopName.CLIENT: "no check could look",
    HopName.DNS: "not asked: these checks dial the published address",
    HopName.MODEL: "no model was asked",
}

SEEN = {HopName.CLIENT: "the checks ran on this host", HopName.PORT: "accepts connections", HopName.PROXY: "passes on"}
"""What to say of a hop that has no witness of its own and was passed all the same."""


def of(results: Sequence[Result]) -> tuple[Hop, ...]:
    """All seven hops in the order of the traffic."""
    breaks = _breaks(results)
    passed = _passed(results)
    return tuple(_hop(name, results, breaks, passed) for name in HopName)


def broken_at(path: Sequence[Hop]) -> Hop | None:
    """The first hop that no request gets past."""
    return next((hop for hop in path if hop.state is State.BROKEN), None)


def entries(path: Sequence[Hop]) -> list[dict[str, str | float | None]]:
    return [{"hop": hop.hop.value, "state": hop.state.value, "detail": hop.detail, "ms": hop.ms} for hop in path]


def place(result: Result) -> HopName:
    """The hop at which a failed witness stopped, from the failure or the status that it measured."""
    reached = WITNESSES[result.id]
    failure, status = result.measured.get("failure"), result.measured.get("status")
    if failure == Trouble.NO_ADDRESS or reached is HopName.DNS:
        return HopName.DNS
    if failure in NO_WAY or (failure == Trouble.TIMEOUT and reached is HopName.TLS):
        return HopName.PORT
    if failure in TLS_TROUBLE:
        return HopName.TLS
    if reached is HopName.TLS:
        return reached
    if reached is HopName.MODEL:
        return HopName.PROXY if status == GAVE_UP_WAITING else reached
    if failure or (isinstance(status, int) and status not in (*BEHIND_THE_PROXY, 101)):
        return HopName.PROXY
    return HopName.GATEWAY


def _breaks(results: Sequence[Result]) -> dict[HopName, Result]:
    """Hop -> the first check that stopped there."""
    found: dict[HopName, Result] = {}
    for result in results:
        if result.id in WITNESSES and result.outcome is Outcome.FAILED:
            found.setdefault(place(result), result)
    return found


def _passed(results: Sequence[Result]) -> set[HopName]:
    """Every hop that some request got past.

    TLS stands for itself alone: other checks look also where the certificate is not to be trusted.
    """
    found: set[HopName] = set()
    for result in results:
        if result.outcome in (Outcome.OK, Outcome.WARNING, Outcome.FAILED):
            found.add(HopName.CLIENT)
        if result.id not in WITNESSES:
            continue
        if result.outcome in _good(WITNESSES[result.id]):
            found |= {WITNESSES[result.id], *_before(WITNESSES[result.id])}
        elif result.outcome is Outcome.FAILED:
            found |= {*_before(place(result))}
    unread = any(WITNESSES.get(r.id) is HopName.TLS and r.outcome is Outcome.CRASHED for r in results)
    return found - {HopName.TLS} if unread else found


def _before(name: HopName) -> tuple[HopName, ...]:
    order = (HopName.PORT, HopName.PROXY, HopName.GATEWAY, HopName.MODEL)
    return (HopName.PORT,) if name is HopName.TLS else order[: order.index(name)] if name in order else ()


def _hop(name: HopName, results: Sequence[Result], breaks: dict[HopName, Result], passed: set[HopName]) -> Hop:
    if name in breaks:
        return Hop(name, State.BROKEN, breaks[name].summary)
    if name in passed:
        return Hop(name, State.OK, SEEN.get(name) or _witness(name, results), _ms(name, results))
    return Hop(name, State.UNKNOWN, _unseen(name, results))


def _witness(name: HopName, results: Sequence[Result]) -> str:
    return next((r.summary for r in results if WITNESSES.get(r.id) is name and r.outcome in _good(name)), "")


def _good(name: HopName) -> tuple[Outcome, ...]:
    """A name that leads nowhere, as far as was seen, is a warning and no way."""
    return (Outcome.OK,) if name is HopName.DNS else (Outcome.OK, Outcome.WARNING)


def _ms(name: HopName, results: Sequence[Result]) -> float | None:
    check, key = CLOCKS.get(name, ("", ""))
    found = next((result.measured.get(key) for result in results if result.id == check), None)
    return float(found) if isinstance(found, int | float) else None


def _unseen(name: HopName, results: Sequence[Result]) -> str:
    found = (r for r in results if WITNESSES.get(r.id) is name and r.reason)
    told = (r.summary if r.outcome is Outcome.WARNING else f"not checked: {r.reason}" for r in found)
    return next(told, UNSEEN.get(name, "not checked"))
