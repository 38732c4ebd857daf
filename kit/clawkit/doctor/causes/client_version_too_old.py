"""A node or a CLI of another release speaks another protocol."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = (
    r"(?=.*(?:protocol mismatch conn=|cause=protocol-mismatch)).*"
    r"\bclient=(cli|node-host|openclaw-(?:macos|ios|android|linux|tui)|gateway-client)\b(?:.* v([\d.]+\S*))?"
)


NONCE = r"device nonce (?:required|missing)"


def judge(setup: Setup) -> Finding | None:
    asked = heard(setup, NONCE)
    if asked:
        return Finding(
            summary="a client does not answer the gateway's challenge (1008 device nonce required): it is older than "
            "the gateway wants",
            fix=Fix("bring that client to the gateway's release, and reload the page without its cache"),
            evidence=at(*asked[:2]),
            observed=True,
        )
    for line, match in setup.said(SAID):
        version = f" {re.sub(r'[^0-9.].*', '', match[2])}" if match[2] else ""
        return Finding(
            summary=f"{match[1]}{version} speaks another protocol than this gateway: 1002 protocol mismatch",
            fix=Fix("bring that client to the gateway's release", "npm install -g openclaw@<the gateway's version>"),
            evidence=at(line.at),
            observed=True,
        )
    return None


CAUSE = Cause(
    slug="client-version-too-old",
    title="clients are of the gateway's release",
    layer=Layer.CLIENT,
    hop=Hop.CLIENT,
    symptoms=(Symptom.WS_PROTOCOL,),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
