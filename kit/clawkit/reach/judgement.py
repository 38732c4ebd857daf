"""What the answers of a name's addresses mean. Nothing here looks, and nothing is claimed that was not seen."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from clawkit.probe.failure import Trouble
from clawkit.probe.http import HttpFacts
from clawkit.reach import cdn
from clawkit.reach.facts import Answer, Cause, Finding, Name, Place, error, warning
from clawkit.reach.token import CHALLENGES

SILENT = frozenset({Trouble.REFUSED, Trouble.TIMEOUT, Trouble.UNREACHABLE, Trouble.OTHER})
"""Nobody spoke; any other failure is a server that does not speak HTTP or hangs up."""


def judge(name: Name, place: Place) -> Iterator[Finding]:
    """One finding per address at most."""
    records = name.records
    if not records.addresses:
        yield _nowhere(name)
    elif records.failure:
        yield _unknown(name)
    for answer in name.answers:
        finding = _address(answer, name, place)
        if finding:
            yield finding


def _nowhere(name: Name) -> Finding:
    host = name.records.name
    if name.records.failure:
        return _unknown(name)
    return error(Cause.DNS_RECORD_MISSING, f"{host} has neither an A nor an AAAA record",
                 f"add an A record with the public address of this host, then look: dig +short {host}")  # fmt: skip


def _unknown(name: Name) -> Finding:
    host = name.records.name
    return warning(Cause.DNS_LOOKUP_FAILED, f"{host} could not be looked up from here ({name.records.failure})",
                   f"dig {host} A; dig {host} AAAA")  # fmt: skip


def _address(answer: Answer, name: Name, place: Place) -> Finding | None:
    if not ipaddress.ip_address(answer.address).is_global:
        return _private(answer, name)
    network = "" if answer.address in place.own else cdn.named(answer.http)
    if answer.matched:
        return _through(answer, name, network) if network else None
    if network:
        return _intercepted(answer, name, place, network)
    return _foreign(answer, name, place) if spoke(answer) else _silent(answer, name, place)


def spoke(answer: Answer) -> bool:
    return answer.http.failure is None or answer.http.failure.kind not in SILENT


def _private(answer: Answer, name: Name) -> Finding:
    host = name.records.name
    return warning(Cause.DNS_POINTS_ELSEWHERE,
                   f"{host} is {answer.address} for this host, an address that no public authority can reach; "
                   "fine only if the DNS outside says otherwise",
                   f"ask from another network: dig +short {host} {answer.record}")  # fmt: skip


def _through(answer: Answer, name: Name, network: str) -> Finding:
    return warning(Cause.CDN_IN_FRONT,
                   f"{_where(answer, name)} reaches this host through {network}, which ends TLS itself: visitors get "
                   "its certificate and the gateway sees its addresses",
                   f"switch the proxying of {network} off for this name")  # fmt: skip


def _intercepted(answer: Answer, name: Name, place: Place, network: str) -> Finding:
    if place.unserved or not name.served:  # an honest network could not have given our token either
        return _unconfirmed(answer, name, place, f"is answered by {network} ({_said(answer.http)})")
    return error(Cause.CDN_IN_FRONT,
                 f"{_where(answer, name)} is answered by {network} ({_said(answer.http)}), and not by this host",
                 f"switch the proxying of {network} off for this name, or use --acme-challenge dns-01")  # fmt: skip


def _silent(answer: Answer, name: Name, place: Place) -> Finding:
    why = str(answer.http.failure)
    if answer.address in place.own:
        return _own_silent(answer, name, place, why)
    if answer.version == 6:
        elsewhere = bool(place.public(6)) or any(other in place.own for other in name.records.addresses)
        return _stale(answer, name, place, why) if elsewhere else _unconfirmed(answer, name, place, f"gave: {why}")
    if place.public(4):
        return _elsewhere(answer, name, place, f"does not answer ({why})")
    return _unconfirmed(answer, name, place, f"gave: {why}")


def _own_silent(answer: Answer, name: Name, place: Place, why: str) -> Finding:
    where = _where(answer, name)
    if not name.served or (answer.http.failure and answer.http.failure.kind is not Trouble.REFUSED):
        return _unconfirmed(answer, name, place, f"gave: {why}")
    if answer.version == 6 and any(other.matched for other in name.answers):
        return warning(Cause.PORT_80_CLOSED,
                       f"{where} is this host, but nothing listens there on IPv6; browsers and Let's Encrypt fall "
                       "back to IPv4", f"remove the AAAA record of {name.records.name}")  # fmt: skip
    return error(Cause.PORT_80_CLOSED, f"{where} is this host, but port {place.port} there gave: {why}",
                 f"--listen 0.0.0.0, or --listen {answer.address}")  # fmt: skip


def _foreign(answer: Answer, name: Name, place: Place) -> Finding:
    ours = answer.address in place.own
    said = f"is answered by another server ({_said(answer.http)})"
    if not name.served and (ours or place.running or not place.public(answer.version)):
        return _unconfirmed(answer, name, place, said)
    if ours:
        return _taken(answer, name, place, said)
    if answer.version == 6:
        return _stale(answer, name, place, _said(answer.http))
    if place.public(4):
        return _elsewhere(answer, name, place, said)
    if _mark(answer) in map(_mark, place.between):
        return _unconfirmed(answer, name, place, "is answered by the router or a proxy of this network "
                                                 f"({_said(answer.http)})")  # fmt: skip
    return _taken(answer, name, place, said)


def _taken(answer: Answer, name: Name, place: Place, said: str) -> Finding:
    return error(Cause.PORT_80_ANSWERED_BY_ANOTHER, f"{_where(answer, name)} {said}",
                 f"send port {place.port} to this host; see who answers: curl -sI {_url(answer, place)}")  # fmt: skip


def _elsewhere(answer: Answer, name: Name, place: Place, said: str) -> Finding:
    [first, *_] = place.public(4)
    return error(Cause.DNS_POINTS_ELSEWHERE, f"{_where(answer, name)} is not this host ({first}) and {said}",
                 f"set the A record of {name.records.name} to {first}")  # fmt: skip


def _stale(answer: Answer, name: Name, place: Place, seen: str) -> Finding:
    public = place.public(6)
    has = f"whose IPv6 address is {public[0]}" if public else "which has no public IPv6 address"
    return error(Cause.DNS_STALE_AAAA, f"{_where(answer, name)} is not this host, {has}; seen there: {seen}",
                 f"remove the AAAA record of {name.records.name}")  # fmt: skip


def _unconfirmed(answer: Answer, name: Name, place: Place, seen: str) -> Finding:
    reason = f"; {place.unserved}" if place.unserved else ""
    return warning(Cause.PORT_80_UNCONFIRMED,
                   f"could not check from here that {_where(answer, name)} is this host: it {seen}{reason}",
                   f"from another network: curl -sI http://{name.records.name}{CHALLENGES}")  # fmt: skip


def _where(answer: Answer, name: Name) -> str:
    shown = name.records.name
    return shown if shown == answer.address else f"{shown} ({answer.record} {answer.address})"


def _url(answer: Answer, place: Place) -> str:
    shown = f"[{answer.address}]" if answer.version == 6 else answer.address
    return f"http://{shown}:{place.port}/"


def _said(seen: HttpFacts) -> str:
    """`404, Server: Apache`: enough to know one's other server by."""
    if seen.failure:
        return seen.failure.text
    target = seen.header("location")
    return ", ".join(part for part in (
        f"status {seen.status}", f"to {target[:80]}" if target else "", f"Server: {seen.header('server') or 'none'}",
    ) if part)  # fmt: skip


def _mark(answer: Answer) -> tuple[object, ...]:
    """What is the same whichever address the same server is asked at."""
    seen, address = answer.http, answer.address
    failure = seen.failure.kind if seen.failure else None
    texts = (seen.header("server"), seen.header("location").replace(address, ""), seen.text.replace(address, ""))
    return failure, seen.status, *texts
