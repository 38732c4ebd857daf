"""The private key is not the certificate's: one of the two was renewed or copied alone."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r'SSL_CTX_use_PrivateKey(?:_file)?\("(?P<path>[^"]+)"\) failed.*key values mismatch|key values mismatch|'
    r"tls: private key (?:type )?does not match public key"
)


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.NGINX, Speaker.CADDY)
    if found is None:
        return None
    line, match = found
    return Finding(
        summary=f"the key {match['path'] or 'that the proxy loads'} is not the certificate's: the proxy takes neither",
        fix=Fix(
            "name the two files that were issued together (of certbot: fullchain.pem and privkey.pem of one folder)",
            "openssl x509 -noout -pubkey -in CERT | sha256sum; openssl pkey -pubout -in KEY | sha256sum",
        ),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="certificate-key-mismatch",
    title="the private key is the certificate's",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING, Symptom.TLS),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"nginx-config-refused", "caddyfile-refused", "proxy-not-running"}),
)
