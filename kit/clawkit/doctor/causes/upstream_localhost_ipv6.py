"""`localhost` means ::1 as well, and OpenClaw listens on IPv4 only."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import Reach, in_container, links
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        if link.reach is not Reach.LOOPBACK or in_container(link.proxy):
            continue
        refused = [
            f.at
            for f in setup.failed(FailureKind.REFUSED, FailureKind.UNREACHABLE)
            if f.upstream == f"[::1]:{link.target.effective_port}"
        ]
        only_six = link.target.host == "::1"
        named = link.target.host.lower() == "localhost"
        if only_six or (named and refused):
            return Finding(
                summary=f"{link.proxy.kind.value} asks {link.target}, which is "
                f"[::1]:{link.target.effective_port}; OpenClaw listens on IPv4 only",
                fix=Fix(f"write 127.0.0.1:{link.target.effective_port} in {link.target.at}", reload(link.proxy)),
                evidence=at(link.target.at, *refused[:2]),
                severity=Severity.ERROR,
            )
    return None


CAUSE = Cause(
    slug="upstream-localhost-ipv6",
    title="the upstream is an IPv4 address",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"upstream-wrong-port"}),
)
