"""The host's clock is wrong: good certificates look bad, and signatures of devices are refused."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

EARLY = r"not yet valid: current time (?P<now>[\dTZ:+-]+) is before (?P<made>[\dTZ:+-]+)"
UNBORN = r"CERT_NOT_YET_VALID|certificate is not yet valid"
SET = Fix("switch time synchronisation on, then restart the gateway", "sudo timedatectl set-ntp true")
SECONDS = 60.0
"""Beyond this tokens and orders of certificates begin to fail."""
BAD = 300.0
"""Beyond this nothing that is signed with a time is believed."""


def judge(setup: Setup) -> Finding | None:
    offset = setup.host.clock_offset
    early = next(setup.said(EARLY), None)
    if offset is None and early is not None:
        line, match = early
        return Finding(
            summary=f"this host's clock is behind: it says {match['now']}, and the certificate that it was shown is "
            f"of {match['made']}",
            fix=SET,
            evidence=at(line.at),
        )
    unborn = next(setup.said(UNBORN, Speaker.GATEWAY), None)
    node = next(setup.said(r"\bnode host\b"), None)  # a node's log: its clock, and not this host's
    if offset is None and unborn is not None and node is None:
        return Finding(
            summary="this host's clock is behind: the certificate of a public server is not valid yet by it",
            fix=SET,
            evidence=at(unborn[0].at),
        )
    if offset is None or abs(offset.value) < SECONDS:
        return None
    way = "ahead" if offset.value > 0 else "behind"
    return Finding(
        summary=f"this host's clock is {abs(offset.value):.0f} s {way}",
        fix=SET,
        evidence=at(offset.at),
        severity=Severity.ERROR if abs(offset.value) >= BAD else Severity.WARNING,
    )


CAUSE = Cause(
    slug="clock-wrong",
    title="the clock is right",
    layer=Layer.HOST,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS, Symptom.WS_REFUSED, Symptom.NO_CERTIFICATE),
    looks_at=looks_at(Part.HOST, Part.LOGS),
    judge=judge,
)
