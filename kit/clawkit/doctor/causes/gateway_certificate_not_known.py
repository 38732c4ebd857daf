"""A client does not know the certificate that the gateway itself shows, or has kept an older one's fingerprint."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.complaints import complaints
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.setup import Part, Setup

CHANGED = r"TLS fingerprint mismatch|certificate fingerprint (?:mismatch|does not match|changed)"
SHOW = "openssl x509 -in ~/.openclaw/gateway/tls/gateway-cert.pem -noout -fingerprint -sha256"


def judge(setup: Setup) -> Finding | None:
    return _changed(setup) or _unknown(setup)


def _changed(setup: Setup) -> Finding | None:
    said = [line.at for line, _ in setup.said(CHANGED)]
    if not said:
        return None
    fronted = any(site.serves_tls for _, site in sites(setup))
    renewed = (
        "the proxy's certificate changes with each renewal: take the pin out, its authority is public"
        if fronted
        else "take the old fingerprint out of the client (node.json, gateway.remote.tlsFingerprint, the app's entry "
        "for this gateway), or put today's in"
    )
    return Finding(
        summary="a client keeps the fingerprint of another certificate than the one that it is shown",
        fix=Fix(renewed, SHOW if not fronted else "openclaw config unset gateway.remote.tlsFingerprint"),
        evidence=at(said[-1]),
        observed=True,
    )


def _unknown(setup: Setup) -> Finding | None:
    """Only where no proxy ends TLS before it: then the certificate in question is that one's."""
    gateway = next((one for one in setup.gateways if one.tls is not None and one.tls.value), None)
    said = complaints(setup, "tls-self-signed", "tls-name", "tls-unknown-issuer")
    if gateway is None or gateway.tls is None or not said or any(site.serves_tls for _, site in sites(setup)):
        return None
    return Finding(
        summary="the gateway shows a certificate that it made itself, and this client was told neither its fingerprint "
        "nor its issuer",
        fix=Fix("give the client its fingerprint (--tls-fingerprint, gateway.remote.tlsFingerprint), or let a proxy "
                "with a certificate of a public authority end TLS", SHOW),
        evidence=at(said[0], gateway.tls.at),
        observed=True,
    )  # fmt: skip


CAUSE = Cause(
    slug="gateway-certificate-not-known",
    title="clients know the certificate that the gateway shows",
    layer=Layer.CLIENT,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS, Symptom.WS_CUT),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
    explains=frozenset({"certificate-name-mismatch", "private-ca-on-public-name", "incomplete-chain"}),
)
