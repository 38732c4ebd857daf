"""Cloudflare's own error: it could not get an answer from this origin."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

MEANING = {
    520: ("the origin closed the connection or answered what is no HTTP", "look at the proxy's error log of that "
    "minute"),
    521: ("the origin refuses the connection", "open 443 (or 80) for Cloudflare's ranges, and start the proxy"),
    522: ("the origin does not answer the connection", "let Cloudflare's ranges through the firewall, check the A "
    "record"),
    523: ("there is no way to the origin's address", "correct the A record in Cloudflare's DNS"),
    524: ("the origin took the request and gave no byte for 100 s", "stream the answer (\"stream\": true), or ask past "
          "Cloudflare"),
    525: ("the TLS handshake with the origin failed", "serve TLS on 443 with a certificate for this name"),
    526: ("the origin's certificate is not valid for Full (strict)", "a public or a Cloudflare origin certificate"),
    530: ("the tunnel to the origin is down (1033) or the name leads nowhere (1016)", "start cloudflared and look "
    "at its log"),
}  # fmt: skip
IN_PAGE = re.compile(r"\bError (?:code:? )?(1000|1001|1015|1016|1020)\b|DNS points to (prohibited) IP", re.IGNORECASE)
PAGES = {
    1000: ("the record of the name leads to Cloudflare itself", "put the origin's own address into the A record"),
    1001: ("it cannot resolve what the name leads to", "correct the CNAME in Cloudflare's DNS"),
    1015: ("a rate limit of the zone refuses this client", "raise the rate limiting rule for this host"),
    1016: ("the origin's name does not resolve", "correct the CNAME in Cloudflare's DNS"),
    1020: ("a firewall rule of the zone refuses this client", "a WAF rule that skips that one for this host"),
}
"""developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/."""
SAID = r"error (?:code:? )?(52[0-6]|530|1033)\b(?=.*|$)"


def judge(setup: Setup) -> Finding | None:
    seen = _seen(setup)
    if seen is None:
        return None
    code, place = seen
    meaning, fix = (MEANING | PAGES)[code]
    return Finding(
        summary=f"Cloudflare answers {code}: {meaning}",
        fix=Fix(fix),
        evidence=at(place),
        observed=True,
    )


def _seen(setup: Setup) -> tuple[int, Place] | None:
    for exchange in setup.exchanges:
        if exchange.status in MEANING:
            return exchange.status, exchange.at
        page = IN_PAGE.search(exchange.body) if "cloudflare" in exchange.headers.get("server", "").lower() else None
        if page is not None:
            return int(page[1] or 1000), exchange.at
    for line, match in setup.said(SAID):
        code = 530 if match[1] == "1033" else int(match[1])
        if "cloudflare" in line.text.lower() or match[1] == "1033":
            return code, line.at
    return None


CAUSE = Cause(
    slug="cloudflare-origin-error",
    title="Cloudflare gets its answers from the origin",
    layer=Layer.CLIENT,
    hop=Hop.PORT,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.TIMEOUT,
        Symptom.TLS,
        Symptom.CUT,
        Symptom.FORBIDDEN,
    ),
    looks_at=looks_at(Part.EXCHANGES, Part.LOGS),
    judge=judge,
)
