"""The certificate was renewed on disk, and the proxy still serves the old one."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.complaints import complaints
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.pem import SeenCertificate
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup

RELOAD = "docker compose exec {service} nginx -s reload"


def judge(setup: Setup) -> Finding | None:
    files = [one for one in setup.certificates if not one.served]
    for served in (one for one in setup.certificates if one.served):
        newer = next((one for one in files if _renewal(served, one)), None)
        if newer is not None:
            return _finding(setup, served.at, newer)
    said = complaints(setup, "tls-expired")
    names = {name.value.lower() for _, site in sites(setup) for name in site.names}
    valid = (one for one in files if setup.now and one.not_after and one.not_after > setup.now)
    good = next((one for one in valid if not names or names & set(one.names)), None)
    return _finding(setup, said[0], good) if said and good is not None else None


def _renewal(served: SeenCertificate, file: SeenCertificate) -> bool:
    """The same names, another certificate, valid for longer than the one that is shown."""
    if not served.not_after or not file.not_after or file.not_after <= served.not_after:
        return False
    differs = not (served.serial and file.serial) or served.serial != file.serial
    same = set(served.names) & set(file.names) or served.subject == file.subject or not (served.names and file.names)
    return bool(differs and same)


def _finding(setup: Setup, seen: Place, file: SeenCertificate) -> Finding:
    proxy: Proxy | None = next((proxy for proxy, _ in sites(setup)), None)
    nginx = proxy is None or proxy.kind is ProxyKind.NGINX
    command = RELOAD.format(service=proxy.service) if proxy and proxy.service else "nginx -s reload"
    return Finding(
        summary=f"the proxy serves a certificate that ends earlier than the one in {file.at.source}: it was renewed on "
        "disk and never loaded",
        fix=Fix(
            "reload the proxy, and let each renewal do so: certbot renew --deploy-hook 'nginx -s reload'",
            command if nginx else "caddy reload --force --config /etc/caddy/Caddyfile",
            safe=True,
        ),
        evidence=at(seen, file.at),
    )


CAUSE = Cause(
    slug="renewed-cert-not-reloaded",
    title="the certificate that is served is the one on disk",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS,),
    looks_at=looks_at(Part.CERTIFICATES),
    judge=judge,
    explains=frozenset({"certificate-expired"}),
)
