"""When a line was written, where it says so with its zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime

ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)")
COMMON = re.compile(r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]")
EPOCH = re.compile(r'"ts": ?(\d{10}(?:\.\d+)?)|msg=audit\((\d{10}(?:\.\d+)?):')
ZONELESS = re.compile(r"(\d{4})[/-](\d\d)[/-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
HTTP_DATE = re.compile(r"\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def time_of(line: str) -> float | None:
    """Unix time; None where the zone would have to be guessed."""
    head = line[:400]
    found = EPOCH.search(head)
    if found:
        return float(found.group(1) or found.group(2))
    stamp = ISO.search(head)
    if stamp:
        return of_iso(stamp.group(0))
    common = COMMON.search(head)
    if common:
        day, month, rest = common.group(1).split("/", 2)
        if month in MONTHS:
            return of_iso(f"{rest[:4]}-{MONTHS.index(month) + 1:02}-{day}T{rest[5:13]}{rest[14:]}")
    return None


def of_iso(text: str) -> float | None:
    """Docker writes nine digits of a second, of which Python reads six."""
    text = re.sub(r"([.,]\d{1,6})\d*", r"\1", text.replace(",", ".").replace("Z", "+00:00"))
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def about(line: str) -> float | None:
    """Also without a zone, taken as UTC: good to a day, for how old the material is."""
    found = time_of(line)
    if found is not None:
        return found
    bare = ZONELESS.search(line[:200])
    if bare is None:
        return None
    try:
        return datetime(*(int(part) for part in bare.groups()), tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def of_words(text: str) -> float | None:
    """OpenSSL's, HTTP's and `date -u`'s: "Nov  1 12:00:00 2026 GMT", "Tue, 24 Nov 2026 13:44:51 GMT", "Sun Sep 20
    10:00:00 UTC 2026"."""
    text = " ".join(text.split())
    for form in (
        "%b %d %H:%M:%S %Y GMT",
        "%a, %d %b %Y %H:%M:%S GMT",
        "%d %b %Y %H:%M:%S GMT",
        "%a %b %d %H:%M:%S UTC %Y",
    ):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
        except ValueError:
            continue
    return of_iso(text)
