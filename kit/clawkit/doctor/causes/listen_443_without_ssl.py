"""nginx speaks plain HTTP on port 443 because `ssl` is missing at the listen line."""

from __future__ import annotations

from collections.abc import Iterator

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.model.upstream import Target
from clawkit.doctor.reload import reload


def judge(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        for listener in site.listeners:
            wanted = listener.port in (443, 8443) or _passed_on(proxy, listener.port)
            plain = wanted and not (listener.tls or listener.quic) and proxy.kind is ProxyKind.NGINX
            plain = plain and not _reads_names(site)
            shares = any(
                other.tls and not other.quic and (other.port, other.address) == (listener.port, listener.address)
                for each in proxy.sites
                for other in each.listeners
            )  # one server with ssl makes the whole socket speak it
            if plain and not shares and (site.tls.certificate is not None or listener.port == 443):
                certificate = [site.tls.certificate.at] if site.tls.certificate else []
                return Finding(
                    summary=f"nginx listens on {listener.port} without ssl, so it speaks plain HTTP there and browsers "
                    "fail with ERR_SSL_PROTOCOL_ERROR",
                    fix=Fix(f"listen {listener.port} ssl; in {listener.at}", reload(proxy), safe=True),
                    evidence=at(listener.at, *certificate),
                )
    return None


def _passed_on(proxy: Proxy, port: int) -> bool:
    """A server of stream reads the name in the visitor's handshake and hands the bytes on, still encrypted."""
    reading = [site for site in proxy.sites if _reads_names(site) and not site.serves_tls]
    return any(target.effective_port == port for site in reading for target in _asked(site))


def _reads_names(site: Site) -> bool:
    line = site.settings.get("ssl_preread")
    return site.stream and line is not None and line.value == "on"


def _asked(site: Site) -> Iterator[Target]:
    yield from (target for route in site.routes if route.upstream for target in route.upstream.targets)


CAUSE = Cause(
    slug="listen-443-without-ssl",
    title="port 443 speaks TLS",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
