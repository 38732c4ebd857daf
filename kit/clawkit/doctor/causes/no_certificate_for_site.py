"""The site answers by TLS and nothing gets it a certificate: none is named, and Caddy was told to order none."""

from __future__ import annotations

from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import ours
from clawkit.doctor.reload import reload

DENIED = (r"(?:certificate is not allowed for server name (?=(?P<name>(?:[\w-]+\.)+[\w-]+)(?!.*no certificate))|"
          r"(?=(?P<asked>(?:[\w-]+\.)+[\w-]+): certificate not allowed by ask endpoint))")  # fmt: skip
UNREACHED = r"request to 'ask' endpoint failed|error checking \S+ to determine if certificate"
ORDERS_NONE = ("off", "disable_certs")


def judge(setup: Setup) -> Finding | None:
    return _caddy(setup) or _nginx(setup) or _refused_on_demand(setup)


def _refused_on_demand(setup: Setup) -> Finding | None:
    """Caddy orders a certificate at the first handshake, if what `ask` names says yes to the name."""
    unreached = next((one for one, _ in setup.said(UNREACHED, Speaker.CADDY)), None)
    for line, match in setup.said(DENIED, Speaker.CADDY):
        name = match["name"] or match["asked"]
        if unreached is None and name not in _meant(setup):
            continue  # names of strangers are refused every day, as they should be
        why = "and its `ask` address cannot be reached" if unreached else "and its `ask` address refuses the name"
        return Finding(
            summary=f"Caddy orders certificates on demand, {why}: {name} gets none, and every handshake fails",
            fix=Fix("start what `ask` names and let it answer 200 for that name; or write the name as a site of its own"
                    f" ({name} {{ … }}), which needs no `ask`", "docker compose logs caddy | grep ask"),
            evidence=at(line.at, *([unreached.at] if unreached else [])),
        )  # fmt: skip
    return None


def _meant(setup: Setup) -> set[str]:
    """Names of which it is known that somebody wants to come by them."""
    written = {name.value for _, site in sites(setup) for name in site.names}
    allowed = {urlsplit(one.value).hostname or "" for gateway in setup.gateways for one in gateway.origins or ()}
    return written | allowed | {urlsplit(one.url).hostname or "" for one in setup.exchanges}


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
