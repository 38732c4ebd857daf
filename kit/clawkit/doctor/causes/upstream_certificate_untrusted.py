"""The proxy checks the certificate of what is behind it, and that one is self-signed, private, or for another name."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, links
from clawkit.doctor.logged import logged
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

WORDS = re.compile(
    r"x509: |failed to verify certificate|certificate verify (?:error|failed)|does not match the upstream"
)
TRAEFIK = r"50[02] (?:Internal Server Error|Bad Gateway)'? .*(?:caused by: |error=\"?)tls: failed to verify certificate"
OWN_TRUST = ("tls_trust_pool", "tls_trusted_ca_certs", "proxy_ssl_trusted_certificate", "tls_server_name")
PLAIN = '"tls": {"enabled": false} under gateway (TLS ends at the proxy) and http:// at '


def judge(setup: Setup) -> Finding | None:
    failed = [one.at for one in setup.failed(FailureKind.TLS) if WORDS.search(one.at.text)]
    for link in links(setup):
        if link.target.scheme == "https" and _checks(link) and (failed or _private(link)):
            return Finding(
                summary=f"{link.proxy.kind.value} checks the certificate of {link.target}, and the gateway made its "
                "own: 502 on every page",
                fix=Fix(f"{PLAIN}{link.target.at}", reload(link.proxy)),
                evidence=at(link.target.at, *_why(link), *failed[:1]),
            )
    seen = [line.at for line, _ in setup.said(TRAEFIK)]
    seen += [one.at for one in logged(setup, FailureKind.TLS) if WORDS.search(one.at.text)]
    if not seen:
        return None
    return Finding(
        summary="the proxy checks the certificate of what is behind it and does not trust it",
        fix=Fix("http:// to the gateway, or name the authority that made its certificate in the proxy"),
        evidence=at(*seen[:2]),
    )


def _checks(link: Link) -> bool:
    """Go's clients do unless they are told not to, nginx only when it is told to."""
    told = link.upstream.tls_verify
    if told is not None:
        return told.value
    return link.proxy.kind is not ProxyKind.NGINX


def _private(link: Link) -> bool:
    """No public authority signs for a bare name or loopback; a trust of its own may be right."""
    serves = link.gateway is not None and link.gateway.tls is not None and link.gateway.tls.value
    trust = any(name in key for key in (*link.route.settings, *link.upstream.settings) for name in OWN_TRUST)
    bare = "." not in link.target.host or link.target.host.replace(".", "").isdigit()
    return serves and bare and not trust and link.upstream.tls_server_name is None


def _why(link: Link) -> tuple[Place, ...]:
    tls = link.gateway.tls if link.gateway else None
    return tuple(value.at for value in (tls, link.upstream.tls_verify) if value is not None)


CAUSE = Cause(
    slug="upstream-certificate-untrusted",
    title="the proxy trusts the gateway's certificate",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"upstream-wrong-port", "upstream-unreachable"}),
)
