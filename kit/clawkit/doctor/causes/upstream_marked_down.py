"""Every server of the upstream is marked down, so nobody is asked."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import links
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload


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
