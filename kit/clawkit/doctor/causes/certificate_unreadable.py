"""The proxy may not read its certificate or key."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r'cannot load certificate(?: key)? "([^"]+)": BIO_new_file\(\) failed.*(?:Permission denied|:13:)|'
    r"open (\S+\.(?:pem|key|crt)): permission denied"
)


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.NGINX, Speaker.CADDY)
    if found is None:
        return None
    line, match = found
    named = next((group for group in match.groups() if group), "") if match.groups() else ""
    return Finding(
        summary=f"the proxy may not read {named}: permission denied",
        fix=Fix(
            f"give the proxy's user read access to {named} and search access to the folders above it",
            "sudo chmod 640 KEY && sudo chgrp www-data KEY",
        ),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="certificate-unreadable",
    title="the proxy may read its certificate",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(
        Symptom.REFUSED,
        Symptom.RESTARTING,
        Symptom.TLS,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"nginx-config-refused", "cert-file-not-mounted", "proxy-not-running"}),
)
