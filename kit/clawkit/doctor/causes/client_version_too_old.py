"""A node or a CLI of another release speaks another protocol."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup

SAID = (
    r"(?=.*(?:protocol mismatch conn=|cause=protocol-mismatch)).*"
    r"\bclient=(cli|node-host|openclaw-(?:macos|ios|android|linux|tui)|gateway-client)\b(?:.* v([\d.]+\S*))?"
)


def judge(setup: Setup) -> Finding | None:
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
