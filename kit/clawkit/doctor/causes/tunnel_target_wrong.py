"""cloudflared cannot reach the service that it was given."""

from __future__ import annotations

from collections.abc import Iterator

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import behind
from clawkit.doctor.model.proxy import ProxyKind, Site
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.model.upstream import Target
from clawkit.doctor.refusal import heard

NAMED = "originRequest: {originServerName: <the site's name>} for that rule (or noTLSVerify: true on a private network)"
SAID = (
    r"Unable to reach the origin service|originService=\S+.*(?:refused|no such host|timeout)|"
    r"dial tcp .*(?:connection refused|no such host).*(?:connIndex|ingressRule|originService)"
)


UNROUTED = r"do http proxy request \[host: (?P<name>[\w.-]+)(?::\d+)?\] error: no route found"
AGENTS = {
    "ngrok": r"failed to open private leg.*privaddr=(?P<to>\S+)",
    "frpc": r"connect to local service \[(?P<to>[^\]]+)\] error",
}


def judge(setup: Setup) -> Finding | None:
    link = next(_untrusted(setup), None)
    if link is not None:
        return _distrusts(*link)
    seen = [line.at for line, _ in setup.said(SAID)] or list(heard(setup, SAID))
    if not seen:
        return _another(setup)
    if any("x509:" in place.text for place in seen):
        return Finding(
            summary="cloudflared does not trust the certificate of its service: it is for another name, or private",
            fix=Fix(NAMED),
            evidence=at(*seen[:2]),
        )
    inside = any("cloudflared" in f"{one.name} {one.image.value if one.image else ''}" for one in setup.services())
    local = inside and any(word in place.text for place in seen for word in ("127.0.0.1", "[::1]", "localhost"))
    return Finding(
        summary="cloudflared cannot reach the service of its tunnel"
        + (
            ": localhost inside its container is the container itself" if local else ", by a wrong name, port or scheme"
        ),
        fix=Fix("service: http://<proxy or gateway>:<its port inside the network> in the tunnel's ingress rule"),
        evidence=at(*seen[:2]),
        observed=not local,
    )


def _another(setup: Setup) -> Finding | None:
    """ngrok's and frp's agents, in their words."""
    for program, words in AGENTS.items():
        said = next(setup.said(words), None)
        if said is None:
            continue
        line, match = said
        inside = any(program in f"{one.name} {one.image.value if one.image else ''}" for one in setup.services())
        local = inside and match["to"].strip("[]").startswith(("127.", "localhost", "::1"))
        return Finding(
            summary=f"{program} cannot reach {match['to']}"
            + (": inside its container that is the container itself" if local else ", where its tunnel is to lead"),
            fix=Fix("the gateway's service name in place of 127.0.0.1" if local
                    else "start what it leads to, or correct address and port", "ss -ltn; docker compose ps"),
            evidence=at(line.at),
            observed=not local,
        )  # fmt: skip
    said_of = next(setup.said(UNROUTED), None)
    if said_of is None:
        return None
    return Finding(
        summary=f"frps has no proxy for {said_of[1]['name']}: no client of it names that domain",
        fix=Fix(f'customDomains = ["{said_of[1]["name"]}"] in the client\'s [[proxies]]', "frpc reload"),
        evidence=at(said_of[0].at),
        observed=True,
    )


def _untrusted(setup: Setup) -> Iterator[tuple[Target, Site]]:
    """cloudflared checks the certificate for the host of the service's URL, which a public authority never names."""
    for proxy in setup.proxies:
        if proxy.kind is not ProxyKind.CLOUDFLARED:
            continue
        for route in (route for site in proxy.sites for route in site.routes):
            way = route.upstream
            unchecked = way is None or way.tls_server_name or (way.tls_verify and not way.tls_verify.value)
            for target in way.targets if way is not None and not unchecked else ():
                other = behind(setup, proxy, target) if target.scheme == "https" else None
                served = [site for site in other.sites if site.serves_tls and site.names] if other else []
                if served and not any(name.value == target.host for site in served for name in site.names):
                    yield target, served[0]


def _distrusts(target: Target, site: Site) -> Finding:
    return Finding(
        summary=f"cloudflared asks https://{target} and checks the certificate for {target.host}, which is for "
        f"{site.names[0].value}",
        fix=Fix(NAMED.replace("<the site's name>", site.names[0].value)),
        evidence=at(target.at, site.at),
    )


CAUSE = Cause(
    slug="tunnel-target-wrong",
    title="the tunnel leads to the proxy",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.LOGS, Part.PROXY),
    judge=judge,
)
