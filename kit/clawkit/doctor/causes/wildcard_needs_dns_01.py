"""A wildcard certificate is asked for without the DNS challenge."""

from __future__ import annotations

from clawkit.doctor.acme import automatic
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.public import is_public

SAID = (
    r"no solvers available for remaining challenges \(configured=\[(?!dns)|"
    r"Client with the currently selected authenticator does not support any combination of challenges|"
    r"wildcard.*(?:DNS|dns-01)|(?:DNS|dns-01).*wildcard|wildcard domains? (?:can|may) only"
)


def judge(setup: Setup) -> Finding | None:
    said = [line.at for line, _ in setup.said(SAID, Speaker.CADDY, Speaker.ACME)]
    for proxy, site in automatic(setup):
        wild = _wildcard(proxy, site)
        own = site.tls.dns_provider or site.tls.on_demand or site.tls.directory or _offered(site)
        if wild is not None and is_public(wild.value) and not own and proxy.kind is ProxyKind.CADDY:
            return _finding(wild.value, wild.at, said)
    return _finding("a wildcard", said[0], said) if said else None


def _wildcard(proxy: Proxy, site: Site) -> Value[str] | None:
    """Of the site, or of the block of which it is the part for one host: the certificate is the block's."""
    block = [name for other in proxy.sites if other is site or other.at == site.at for name in other.names]
    return next((name for name in block if name.value.startswith("*.")), None)


def _offered(site: Site) -> bool:
    return bool(site.tls.issuer and site.tls.issuer.value not in ("acme", "zerossl"))


def _finding(name: str, place: Place, said: list[Place]) -> Finding:
    return Finding(
        summary=f"{name} is asked for without a DNS provider: authorities want DNS-01 for wildcards",
        fix=Fix(
            "name the site itself (claw.example.com) instead of the wildcard, or give a DNS provider: "
            "tls { dns cloudflare {env.CF_API_TOKEN} } with an image that has it; certbot: --dns-cloudflare",
        ),
        evidence=at(place, *said[:1]),
    )


CAUSE = Cause(
    slug="wildcard-needs-dns-01",
    title="wildcards are asked for by DNS-01",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.NO_CERTIFICATE, Symptom.TLS),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({}),
)
