"""Every server of the upstream is marked down, so nobody is asked."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import links
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

EVERYDAY = frozenset(("4xx", "400", "401", "403", "404", "4"))


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        targets = link.upstream.targets
        if targets and all(target.down for target in targets):
            failed = [failure.at for failure in setup.failed(FailureKind.NO_UPSTREAM)]
            return Finding(
                summary=f"every server of the upstream is marked down: {', '.join(str(target) for target in targets)}",
                fix=Fix(f"take `down` out of {link.target.at}", reload(link.proxy)),
                evidence=at(*(target.at for target in targets), *failed[:1]),
            )
    return _by_own_answers(setup)


def _by_own_answers(setup: Setup) -> Finding | None:
    """Caddy's passive check counts answers that OpenClaw gives every day: 401 without a token, 404, 403."""
    for link in links(setup):
        statuses, lasting = link.route.settings.get("unhealthy_status"), link.route.settings.get("fail_duration")
        counted = set(statuses.value.lower().split()) & EVERYDAY if statuses else set()
        if statuses is None or lasting is None or not counted or lasting.value in ("0", "0s"):
            continue
        failed = [failure.at for failure in setup.failed(FailureKind.NO_UPSTREAM)]
        return Finding(
            summary=f"{statuses.at} counts {min(counted)} as a failure, which OpenClaw answers to any request without "
            f"credentials. Caddy then asks nobody for {lasting.value}, and all get 503",
            fix=Fix(f"unhealthy_status 502 503 504 at {statuses.at}, or take fail_duration out: one gateway has no "
                    "other to go to", reload(link.proxy)),
            evidence=at(statuses.at, lasting.at, *failed[:1]),
            symptoms=(Symptom.UNAVAILABLE,),
        )  # fmt: skip
    return None


CAUSE = Cause(
    slug="upstream-marked-down",
    title="a server of the upstream is up",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
