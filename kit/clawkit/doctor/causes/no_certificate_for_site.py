"""The site answers by TLS and nothing gets it a certificate: none is named, and Caddy was told to order none."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import ours
from clawkit.doctor.reload import reload

ORDERS_NONE = ("off", "disable_certs")


REFUSED = (
    r'"domain": ?"([^"]+)".*not allowed by ask endpoint|([\w.-]+): certificate not allowed by ask endpoint|'
    r"certificate is not allowed for server name ([\w.-]+)"
)


def judge(setup: Setup) -> Finding | None:
    return _caddy(setup) or _nginx(setup) or _asked(setup)


def _asked(setup: Setup) -> Finding | None:
    """Caddy issues on demand only what a service of the operator's own agrees to."""
    said = next(setup.said(REFUSED, Speaker.CADDY, Speaker.UNKNOWN), None)
    if said is None:
        return None
    line, match = said
    name = next((group for group in match.groups() if group), "the name")
    written = [site.tls.on_demand.at for _, site in sites(setup) if site.tls.on_demand]
    return Finding(
        summary=f"the ask endpoint of on_demand_tls does not agree to {name}, so Caddy gets no certificate for it and "
        "the handshake ends with an internal error",
        fix=Fix(f"let the ask endpoint answer 200 for {name}, or write {name} as the site's address: then Caddy asks "
                "nobody", 'curl -i "ASK-URL?domain=' + name + '"'),
        evidence=at(line.at, *written[:1]),
    )  # fmt: skip


def _nginx(setup: Setup) -> Finding | None:
    """It does not even start; unless a file that nobody gave names one at http level, or for the default site."""
    for proxy in ours(setup, ProxyKind.NGINX):
        for problem in proxy.problems if proxy.complete or not (proxy.whole or proxy.missing) else ():
            if problem.kind == "no-certificate":
                return Finding(
                    summary=f"nginx refuses its configuration: {problem.message} in {problem.at}",
                    fix=Fix("ssl_certificate and ssl_certificate_key in that server", reload(proxy)),
                    evidence=at(problem.at),
                    severity=Severity.ERROR if proxy.complete else Severity.WARNING,
                    symptoms=(Symptom.REFUSED, Symptom.RESTARTING),
                )
    return None


def _caddy(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        said = proxy.auto_https
        if proxy.kind is not ProxyKind.CADDY or said is None or not set(said.value.split()) & set(ORDERS_NONE):
            continue
        if site.serves_tls and not _given(proxy):
            name = site.names[0].value if site.names else "the site"
            return Finding(
                summary=f"{name} is served by TLS, and auto_https {said.value} keeps Caddy from getting a certificate "
                "for it: the handshake ends with an internal error",
                fix=Fix(f"take the line at {said.at} out, or write http:// before the address at {site.at}",
                        reload(proxy)),
                evidence=at(said.at, site.at),
            )  # fmt: skip
    return None


def _given(proxy: Proxy) -> bool:
    """A certificate that is loaded for one site serves every name in it, and an issuer that is named is asked."""
    return any(site.tls.certificate or site.tls.automatic or site.tls.issuer for site in proxy.sites)


CAUSE = Cause(
    slug="no-certificate-for-site",
    title="the site has a certificate from somewhere",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS,),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
)
