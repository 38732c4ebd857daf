"""A node or the CLI was given a ws:// address of another machine, and refuses to send its token there."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = r"SECURITY ERROR: .*plaintext ws://"


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    if not seen:
        return None
    return Finding(
        summary="a node or the CLI was given a plain ws:// address of another machine and refuses to send its "
        "token there",
        fix=Fix("wss://<the proxy's name> as gateway URL of that client (gateway.remote.url)"),
        evidence=at(*seen[:2]),
        observed=True,
    )


CAUSE = Cause(
    slug="client-uses-plain-ws",
    title="clients come with wss",
    layer=Layer.CLIENT,
    hop=Hop.CLIENT,
    symptoms=(Symptom.WS_CUT,),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
