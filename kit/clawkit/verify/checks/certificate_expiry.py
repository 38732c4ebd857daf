"""The certificate is valid now, its renewal is not overdue, and what renews it is at work.

Measured against its own lifetime, because Caddy's private CA issues for 12 hours and a public one for 90 days;
both proxies' renewal starts when a third is left, so below a quarter it has failed for a while.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.probe.certificate import Certificate
from clawkit.verify.meaning import LOGS_PROXY
from clawkit.verify.scene import Scene

OVERDUE = 0.25


@dataclass(frozen=True, slots=True)
class Facts:
    leaf: Certificate | None
    now: datetime
    trouble: str = ""
    """With its renewal, as far as whoever renews it tells."""


def gather(scene: Scene) -> Facts:
    return Facts(scene.tls().leaf, datetime.now(UTC), scene.renewal_trouble())


def judge(facts: Facts) -> Verdict:
    leaf = facts.leaf
    if leaf is None:
        return failed("no certificate was shown", LOGS_PROXY)
    left = leaf.not_after - facts.now
    days = round(left / timedelta(days=1), 2)
    measured: dict[str, str | float] = {"not_after": leaf.not_after.isoformat(), "days_left": days}
    if left <= timedelta(0):
        return failed(f"expired {shown(-left)} ago", LOGS_PROXY, **measured)
    if facts.now < leaf.not_before:
        return failed(f"valid only in {shown(leaf.not_before - facts.now)}: is the clock right?", "date -u", **measured)
    said = f"{shown(left)} of {shown(leaf.lifetime)} left"
    if left < OVERDUE * leaf.lifetime:
        return warning(f"{said}: renewal is overdue", LOGS_PROXY, **measured)
    if facts.trouble:
        return warning(f"{said}, but {facts.trouble}", "clawkit certs", **measured)
    return ok(said, **measured)


def shown(span: timedelta) -> str:
    """Days from two days up, else hours, else minutes."""
    if span >= timedelta(days=2):
        return f"{span.days} days"
    if span >= timedelta(hours=2):
        return f"{span // timedelta(hours=1)} hours"
    return f"{span // timedelta(minutes=1)} minutes"


CHECK = Check("certificate-expiry", "certificate lifetime", Group.TLS, gather, judge, needs=("tls-version",))
