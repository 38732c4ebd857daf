"""The clock of the device that connects is off, so the gateway takes its signature for an old or a future one."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = r"device signature (?:expired|is stale)|device-signature-stale|DEVICE_AUTH_SIGNATURE_EXPIRED"
SPEAKERS = (Speaker.GATEWAY, Speaker.CLIENT, Speaker.UNKNOWN)


def judge(setup: Setup) -> Finding | None:
    said = next(setup.said(WORDS, *SPEAKERS), None)
    place = said[0].at if said else next(
        (one.at for one in setup.exchanges if "signature expired" in one.close_reason.lower()), None)  # fmt: skip
    if place is None:
        return None
    return Finding(
        summary="a device signed its request with a time that is not the gateway's: one of the two clocks is off, "
        "mostly the device's",
        fix=Fix("set the device's clock by the network (and compare this host's)", "timedatectl; date -u"),
        evidence=at(place),
    )


CAUSE = Cause(
    slug="client-clock-wrong",
    title="the clocks of the devices are right",
    layer=Layer.CLIENT,
    hop=Hop.CLIENT,
    symptoms=(Symptom.WS_REFUSED,),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
