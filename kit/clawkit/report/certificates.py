"""A certificate and its renewal, for people and as an entry of the JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from clawkit.report.spans import time_left
from clawkit.verify.served import RENEWED_AT, Served

BY_WHOM = {"files": "by you: replace the files, then clawkit up", "internal": "by clawkit up"}


def shown(found: Sequence[Served]) -> list[str]:
    """Gateways with the same certificate as one, for what is told of it is told once."""
    groups: dict[object, list[Served]] = {}
    for one in found:
        alone = not one.certificate.shared or one.awaited or not (one.pending or one.tls.leaf)
        shows = one.tls.leaf.sha256 if one.tls.leaf and not one.pending else ""
        groups.setdefault(one.gateway.name if alone else (one.certificate.name, shows), []).append(one)
    return [line for group in groups.values() for line in lines(*group)]


def lines(one: Served, *others: Served) -> list[str]:
    names = one.tls.leaf.names if one.tls.leaf and not one.pending else one.certificate.names
    shown = [*(each.gateway.origin for each in (one, *others)), *_row("names", ", ".join(names))]
    shown += _row("issuer", _issuer(one))
    shown += _row("time left", _left(one))
    shown += _row("renewal", _renewal(one))
    shown += _row("it waits", one.waits)
    if one.error:
        cause, command = one.help
        shown += [*_row("last error", one.error), *_row("means", cause), *_row("next attempt", _attempt(one)),
                  *_row("try", command)]  # fmt: skip
    return shown


def entry(one: Served) -> Mapping[str, Any]:
    leaf = one.tls.leaf
    return {
        "gateway": one.gateway.name, "url": f"{one.gateway.origin}/", "ok": one.good, "pending": one.pending,
        "names": list(leaf.names) if leaf else [], "issuer": leaf.issuer if leaf else None,
        "not_after": leaf.not_after.isoformat() if leaf else None, "renewal": _iso(one.renewal),
        "last_error": one.error or None, "problem": one.known.problem.value if one.known and one.error else None,
        "next_attempt": _iso(one.known.next_attempt) if one.known else None, "renewal_waits": one.waits or None,
        "wildcard": one.certificate.label if one.certificate.shared else None, "awaited": one.awaited,
    }  # fmt: skip


def _row(title: str, text: str) -> list[str]:
    return [f"  {title.ljust(13)} {text}"] if text else []


def _issuer(one: Served) -> str:
    if one.pending:
        stand_in = "a temporary certificate of the kit" if one.tls.leaf else "no certificate"
        return f"certificate pending; {stand_in} is shown meanwhile"
    if one.tls.leaf is None:
        return f"unknown: {one.tls.failure}"
    distrust = f" (not trusted: {one.tls.verify_message})" if one.tls.verify_code else ""
    return f"{one.tls.leaf.issuer}{distrust}"


def _left(one: Served) -> str:
    end = one.tls.leaf.not_after if one.tls.leaf and not one.pending else None
    if end is None:
        return ""
    return f"{time_left(end - one.now)}, until {_day(end)}" if end > one.now else (
        f"none: expired {time_left(one.now - end)} ago, on {_day(end)}")  # fmt: skip


def _renewal(one: Served) -> str:
    if one.renewal is None:
        return ""
    if one.awaited:
        return f"none: it is served until the one for {', '.join(one.certificate.names)} is there"
    if one.stack.acme:
        share = "a third" if one.share == RENEWED_AT else "half"
        return f"at {share} of its lifetime, {_day(one.renewal)}, or earlier if the authority asks"
    if one.stack.tls == "internal" and not one.stack.served_from_files:
        return "by Caddy, by itself"
    return f"{BY_WHOM[one.stack.tls]}, from {_day(one.renewal)} on"


def _attempt(one: Served) -> str:
    when = one.known.next_attempt if one.known else None
    at_once = "; at once: clawkit certs renew" if one.stack.certbot else ""
    return f"{when:%Y-%m-%d %H:%M:%S} UTC{at_once}" if when else ""


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
