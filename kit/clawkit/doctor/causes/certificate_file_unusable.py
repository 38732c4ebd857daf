"""The certificate or key is there and readable, and in no form that the proxy takes: DER, empty, under a password."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

LOADED = r'cannot load certificate(?: key)? "(?P<path>[^"]+)": PEM_read_bio\w*\(\) failed .*'
WORDS = {
    r"No Private Key found in '(?P<path>[^']+?)(?:\.key)?'": (
        "holds no private key beside the certificate, which HAProxy wants in one file",
        "write certificate, chain and key into one file",
        "cat fullchain.pem privkey.pem > FILE; haproxy -c -f /etc/haproxy/haproxy.cfg",
    ),
    LOADED + r"(?:problems getting password|bad decrypt|bad password|interrupted or cancelled)": (
        "is protected by a password that nobody can type at start-up",
        "take the password off the key, or name it in ssl_password_file",
        "openssl pkey -in KEY -out key-without-password.pem",
    ),
    LOADED + r"(?:no start line|bad end line|bad base64|Expecting)|"
    r"tls: failed to find any PEM data|failed to parse (?:certificate|key) PEM": (
        "is no PEM file of that kind: empty, cut off, DER, or certificate and key the wrong way round",
        "write both as PEM: a file that begins with -----BEGIN",
        "head -1 CERT KEY; openssl x509 -inform der -in CERT -out CERT.pem",
    ),
}


def judge(setup: Setup) -> Finding | None:
    for words, (wrong, fix, command) in WORDS.items():
        found = last_words(setup, words, Speaker.NGINX, Speaker.CADDY, Speaker.PROXY)
        if found is not None:
            line, match = found
            return Finding(
                summary=f"{match['path'] or 'the certificate or key that the proxy loads'} {wrong}",
                fix=Fix(fix, command),
                evidence=at(line.at),
            )
    return None


CAUSE = Cause(
    slug="certificate-file-unusable",
    title="certificate and key are in a form that the proxy takes",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING, Symptom.TLS),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"nginx-config-refused", "caddyfile-refused", "proxy-config-refused", "proxy-not-running"}),
)
