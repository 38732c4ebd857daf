"""A public name shows a certificate that no browser trusts: internal, staging or self-signed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.cloudflare import is_cloudflare
from clawkit.doctor.complaints import complaints
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.links import sites
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, Site
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.public import is_public
from clawkit.doctor.reload import reload
from clawkit.doctor.served import file_of
from clawkit.doctor.staging import ordered_at

STAGING = re.compile(r"staging|/test/|pebble", re.IGNORECASE)
STOPGAP = re.compile(r"TRAEFIK DEFAULT CERT|\(STAGING\)[\w ]*|Fake LE[\w ]*|Pebble[\w ]*|Caddy Local Authority|"
                     r"Kubernetes Ingress Controller Fake Certificate", re.IGNORECASE)  # fmt: skip
"""Authorities of tests, and what proxies show while they have nothing better."""
OF_AN_EDGE = re.compile(r"CloudFlare Origin", re.IGNORECASE)
"""Trusted by the network in front alone, and that is enough behind it."""
MADE = re.compile(r"snakeoil|self-?signed", re.IGNORECASE)


def judge(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        name = next((name for name in site.names if is_public(name.value)), None)
        if name is None or not site.serves_tls or has_front(setup, proxy):
            continue
        reason = _reason(setup, site) or _by_another(setup, proxy, site)
        if reason is not None:
            words, place, fix = reason
            said = complaints(setup, "tls-self-signed", "tls-unknown-issuer")
            return Finding(
                summary=f"browsers do not trust the certificate of {name.value}: {words}",
                fix=Fix(fix, reload(proxy)),
                evidence=at(place, name.at, *said[:1]),
            )
    return _shown(setup) or _of_an_edge(setup)


def _of_an_edge(setup: Setup) -> Finding | None:
    """A visitor whom DNS does not lead to the edge meets what only the edge trusts."""
    served = (one for one in setup.certificates if one.served and OF_AN_EDGE.search(f"{one.subject} {one.issuer}"))
    seen = next(served, None)
    asked = [one for one in setup.exchanges if one.error in ("tls-unknown-issuer", "tls-self-signed")]
    for one in asked if seen is not None else ():
        host = (urlsplit(one.url).hostname or "").lower()
        led = [answer for answer in setup.host.dns if answer.name.rstrip(".").lower() == host and answer.values]
        if seen is not None and led and not any(is_cloudflare(value) for answer in led for value in answer.values):
            return Finding(
                summary=f"{host} shows a Cloudflare origin certificate, which Cloudflare alone trusts, and the name "
                "does not lead to Cloudflare",
                fix=Fix("switch the proxying on for this record (orange cloud), or get a certificate of a public "
                        "authority", f"dig +short {host}"),
                evidence=at(seen.at, one.at, led[0].at),
            )  # fmt: skip
    return None


def _shown(setup: Setup) -> Finding | None:
    """Where no configuration says whose certificate it is: what a client was shown."""
    for one in setup.certificates if not setup.proxies else ():
        name = one.server_name or next(iter(one.names), "")
        whose = f"{one.subject} {one.issuer}"
        stopgap = STOPGAP.search(whose)
        if (
            one.served
            and (stopgap or one.self_signed)
            and (not name or is_public(name))
            and not OF_AN_EDGE.search(whose)
        ):
            words = f"it is {stopgap[0]}'s" if stopgap else f"it is self-signed ({one.subject})"
            return Finding(
                summary=f"browsers do not trust the certificate that {name or 'the name'} shows: {words}",
                fix=Fix("let the proxy order one of a public authority for it (no staging directory, no internal "
                        "authority, a resolver that the router names)", f"curl -vI https://{name or 'YOUR-DOMAIN'}/"),
                evidence=at(one.at, *complaints(setup, "tls-self-signed", "tls-unknown-issuer")[:1]),
            )  # fmt: skip
    return None


def _by_another(setup: Setup, proxy: Proxy, site: Site) -> tuple[str, Place, str] | None:
    """A container beside the proxy orders the certificate; one whose file was given is judged by that."""
    place = ordered_at(setup, proxy, site) if file_of(setup, site) is None else None
    fix = "take the staging option out, remove the test certificate (certbot delete), and order again"
    return ("it is ordered from a test authority", place, fix) if place else None


def _reason(setup: Setup, site: Site) -> tuple[str, Place, str] | None:
    tls = site.tls
    if tls.directory is not None and tls.automatic and STAGING.search(tls.directory.value):
        return f"it comes from {tls.directory.value}", tls.directory.at, "take the staging directory out"
    if tls.issuer is not None and tls.issuer.value == "internal":
        return "it is Caddy's own (internal)", tls.issuer.at, "take `tls internal` (or local_certs) out"
    if tls.certificate is None:
        return None
    one = file_of(setup, site)
    if (one is not None and one.self_signed) or (one is None and MADE.search(tls.certificate.value)):
        words = f"{tls.certificate.value} is self-signed"
        return words, tls.certificate.at, "use a certificate of a public authority"
    return None


CAUSE = Cause(
    slug="private-ca-on-public-name",
    title="a public name has a publicly trusted certificate",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS,),
    looks_at=looks_at(Part.PROXY, Part.CERTIFICATES),
    judge=judge,
    explains=frozenset({"incomplete-chain"}),
)
