"""The kernel keeps track of no more connections, so new ones are dropped at random."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = r"nf_conntrack: table full, dropping packet|neighbou?r(?: table|: \S+: neighbor table) overflow"


def judge(setup: Setup) -> Finding | None:
    said = list(setup.said(WORDS, Speaker.KERNEL, Speaker.UNKNOWN))
    if not said:
        return None
    return Finding(
        summary="the kernel's table of connections is full: packets of new ones are dropped, so requests hang or time "
        "out now and then",
        fix=Fix("net.netfilter.nf_conntrack_max = 262144 in /etc/sysctl.d; look who opens so many",
                "sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max"),
        evidence=at(said[-1][0].at),
    )  # fmt: skip


CAUSE = Cause(
    slug="connection-table-full",
    title="the kernel keeps track of more connections",
    layer=Layer.HOST,
    hop=Hop.PORT,
    symptoms=(Symptom.TIMEOUT, Symptom.GATEWAY_TIMEOUT, Symptom.WS_CUT),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"upstream-unreachable"}),
)
