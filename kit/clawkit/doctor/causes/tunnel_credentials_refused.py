"""The tunnel's token or credentials file is missing, broken or no longer valid."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"Provided Tunnel token is not valid|Unauthorized: (?:Invalid tunnel secret|Failed to get tunnel|Tunnel not found)|"
    r"Tunnel credentials file \S+ doesn't exist|cannot determine default origin certificate path|"
    r"Error locating origin cert|couldn't read tunnel credentials|"
    r'"cloudflared tunnel run" requires the ID or name of the tunnel'
)
REGISTERED = re.compile(r"Registered tunnel connection|Connection [0-9a-f-]+ registered")


def judge(setup: Setup) -> Finding | None:
    said = list(setup.said(WORDS))
    if not said:
        return None
    line, match = said[-1]
    later = (one for one in setup.logs if one.at.source == line.at.source and (one.at.line or 0) > (line.at.line or 0))
    if any(REGISTERED.search(one.text) for one in later):
        return None
    return Finding(
        summary=f"cloudflared cannot prove whose tunnel it is ({match[0]}), so the tunnel is not open",
        fix=Fix("that tunnel's token as Cloudflare's dashboard shows it, without quotes or blanks, as TUNNEL_TOKEN; or "
                "the file that `cloudflared tunnel create` wrote, mounted where credentials-file says",
                "cloudflared tunnel list"),
        evidence=at(line.at),
    )  # fmt: skip


CAUSE = Cause(
    slug="tunnel-credentials-refused",
    title="the tunnel's token is the tunnel's",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.UNAVAILABLE, Symptom.RESTARTING, Symptom.BAD_GATEWAY),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"cloudflare-origin-error", "tunnel-target-wrong", "proxy-not-running"}),
)
