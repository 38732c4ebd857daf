"""The clock of the device that connects is off, so the gateway takes its signature for an old or a future one."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.complaints import complaints
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
        return _early(setup)
    return Finding(
        summary="a device signed its request with a time that is not the gateway's: one of the two clocks is off, "
        "mostly the device's",
        fix=Fix("set the device's clock by the network (and compare this host's)", "timedatectl; date -u"),
        evidence=at(place),
    )


def _early(setup: Setup) -> Finding | None:
    """It takes a certificate that others take for one of the future."""
    said = complaints(setup, "tls-not-yet-valid")
    made = [one.not_before for one in setup.certificates if one.not_before]
    if not said or (made and setup.now and max(made) > setup.now):
        return None
    return Finding(
        summary="a device takes the site's certificate for one that is not valid yet: its clock is behind",
        fix=Fix("set the device's clock by the network; a board without a battery forgets the time at each start",
                "timedatectl; date -u"),
        evidence=at(said[0]),
    )  # fmt: skip


CAUSE = Cause(
    slug="client-clock-wrong",
    title="the clocks of the devices are right",
    layer=Layer.CLIENT,
    hop=Hop.CLIENT,
    symptoms=(Symptom.WS_REFUSED, Symptom.TLS),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
