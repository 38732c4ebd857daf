"""A browser keeps the key of a pairing that the gateway no longer knows."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = (
    r"device[_ ]token[_ ](?:mismatch|rejected)|device token scope mismatch|AUTH_DEVICE_TOKEN_MISMATCH|scope_mismatch\b"
)


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    if not seen:
        return None
    return Finding(
        summary="a client comes with a device token that the gateway does not know: its state was made anew or "
        "restored, "
        "or the device was revoked",
        fix=Fix(
            "clear the site's data in that browser and pair it again; for a node or the CLI: openclaw devices remove "
            "<device>, then connect again",
            "openclaw devices list",
        ),
        evidence=at(*seen[:2]),
        observed=True,
    )


CAUSE = Cause(
    slug="device-token-stale",
    title="paired devices are still known",
    layer=Layer.CLIENT,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.WS_REFUSED,),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
