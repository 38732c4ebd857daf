"""The ACME directory as a clock and as the authority's visiting card (RFC 8555, 7.1.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from clawkit.probe.http import HttpFacts, get
from clawkit.probe.target import Target
from clawkit.reach.facts import Authority, Cause, Finding, error, warning

LIMIT_SECONDS = 4.0
TOLERANCE_SECONDS = 60

LETS_ENCRYPT = "letsencrypt.org"

Ask = Callable[[str], HttpFacts]
Now = Callable[[], dt.datetime]


def ask(directory: str) -> HttpFacts:
    """Without trust: a wrong clock is what makes a good certificate look bad, and nothing secret is sent."""
    url = urlsplit(directory)
    name = url.hostname or ""
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    return get(Target(name, url.port or 443, name), path, limit=LIMIT_SECONDS)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def look(directory: str, ask: Ask = ask, now: Now = utc_now) -> Authority:
    seen = ask(directory)
    known = default_identities(directory)
    if seen.failure:
        return Authority(directory, failure=seen.failure.text, identities=known)
    return Authority(directory, ahead_seconds=_ahead(seen.header("date"), now()), identities=_named(seen) or known)


def default_identities(directory: str) -> tuple[str, ...]:
    """Staging goes by the same name as production (letsencrypt.org/docs/caa)."""
    host = urlsplit(directory).hostname or ""
    return (LETS_ENCRYPT,) if host.endswith(f".api.{LETS_ENCRYPT}") else ()


def _named(seen: HttpFacts) -> tuple[str, ...]:
    meta = seen.document.get("meta")
    found = meta.get("caaIdentities") if isinstance(meta, dict) else None
    return tuple(name for name in found if isinstance(name, str)) if isinstance(found, list) else ()


def _ahead(header: str, now: dt.datetime) -> float | None:
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return (now - (date if date.tzinfo else date.replace(tzinfo=dt.UTC))).total_seconds()


def judge(authority: Authority) -> Finding | None:
    host = urlsplit(authority.directory).hostname
    if authority.failure:
        return warning(Cause.AUTHORITY_UNREACHABLE,
                       f"the certificate authority at {authority.directory} did not answer this host: "
                       f"{authority.failure}", f"curl -sS {authority.directory}")  # fmt: skip
    ahead = authority.ahead_seconds
    if ahead is None or abs(ahead) <= TOLERANCE_SECONDS:
        return None
    amount = dt.timedelta(seconds=round(abs(ahead)))
    return error(Cause.CLOCK_WRONG,
                 f"the clock of this host is {amount} {'ahead of' if ahead > 0 else 'behind'} that of {host}",
                 "sudo timedatectl set-ntp true")  # fmt: skip
