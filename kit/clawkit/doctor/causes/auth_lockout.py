"""Too many wrong tokens from one address: the gateway turns that address away for five minutes."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = r"rate_limited\b|too many failed authentication attempts|AUTH_RATE_LIMITED"
WHO = re.compile(r"\b(?:fwd|client[_-]?ip)=\"?([0-9a-f.:]+)", re.IGNORECASE)


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    if not seen:
        return None
    who = _one_address(setup)
    lost = f", and every client comes as {who}" if who else ""
    return Finding(
        summary="the gateway turns an address away after ten wrong tokens in a minute, for five minutes and also with "
        f"the right token{lost}",
        fix=Fix(
            "stop or correct the client that keeps sending an old token, then wait five minutes or restart the gateway"
            + ("; let the proxy name each client in X-Forwarded-For" if who else ""),
            "docker compose restart openclaw",
        ),
        evidence=at(*seen[:1], *_wrong(setup)[:2]),
        observed=True,
    )


def _wrong(setup: Setup) -> list[Place]:
    return [line.at for line, _ in setup.said(r"(?:token|password)[_ ]mismatch", Speaker.GATEWAY)]


def _one_address(setup: Setup) -> str:
    """Refused and welcome clients alike have the one address; a single client has, too."""
    refused = {found[1] for line, _ in setup.said(SAID, Speaker.GATEWAY) if (found := WHO.search(line.text))}
    every = [found[1] for line in setup.logs if line.speaker is Speaker.GATEWAY and (found := WHO.search(line.text))]
    agents = {line.text.split("ua=")[1].split(" code=")[0] for line in setup.logs if "ua=" in line.text}
    return every[0] if len(refused) == 1 and len(set(every)) == 1 and len(agents) > 1 else ""


CAUSE = Cause(
    slug="auth-lockout",
    title="no address is locked out",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.LOCKOUT,
        Symptom.TOO_MANY,
    ),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
    explains=frozenset({"token-mismatch", "token-not-sent"}),
)
