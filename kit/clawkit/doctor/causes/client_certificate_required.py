"""The proxy lets in only clients with a certificate of their own, and a visitor came without one."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.complaints import complaints
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.witness import answers

BODY = "No required SSL certificate"
LOGGED = r"client sent no required SSL certificate|client didn't provide a certificate"
OPTIONAL = ("optional", "optional_no_ca", "request", "verify_if_given")
CERTIFICATE_REQUIRED = 496
"""nginx's own status for it, shown to visitors as 400."""


def judge(setup: Setup) -> Finding | None:
    seen = _seen(setup)
    if not seen:
        return None
    for proxy, site in sites(setup):
        asks = site.tls.client_auth
        if asks is not None and asks.value.split()[0].lower() not in OPTIONAL:
            return Finding(
                summary=f"{proxy.kind.value} asks every visitor for a client certificate ({asks.at}), and this one "
                "has none",
                fix=Fix(f"take {asks.at} out; or, where it is Cloudflare's origin pull, let the record of the name be "
                        "proxied again, so that nobody comes past the CDN", reload(proxy)),
                evidence=at(asks.at, *seen[:2]),
            )  # fmt: skip
    return Finding(
        summary="the proxy asks every visitor for a client certificate, and this one has none",
        fix=Fix("ssl_verify_client off; in nginx, no client_auth in Caddy's tls", "nginx -T | grep -n ssl_verify"),
        evidence=at(*seen[:2]),
        observed=True,
    )


def _seen(setup: Setup) -> tuple[Place, ...]:
    told = [each.at for each in answers(setup, 400, CERTIFICATE_REQUIRED)
            if BODY in each.body or each.status == CERTIFICATE_REQUIRED]  # fmt: skip
    said = [line.at for line, _ in setup.said(LOGGED, Speaker.NGINX, Speaker.CADDY)]
    return (*told, *complaints(setup, "tls-client-certificate"), *said)


CAUSE = Cause(
    slug="client-certificate-required",
    title="visitors need no certificate of their own",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.BAD_REQUEST, Symptom.TLS),
    looks_at=looks_at(Part.EXCHANGES, Part.LOGS),
    judge=judge,
)
