"""nginx asks an upstream by TLS without naming the host in the handshake, and what is there serves by that name."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.fronts import fronts
from clawkit.doctor.links import Link, Reach, behind, links
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

ALERT = re.compile(r"alert (?:internal error|handshake failure|unrecognized name)|unrecognized_name")
"""How Caddy, nginx with ssl_reject_handshake and CDNs refuse a handshake without a name that they know."""


def judge(setup: Setup) -> Finding | None:
    refused = [one for one in setup.failed(FailureKind.TLS) if ALERT.search(one.at.text)]
    failed = [one.at for one in refused]
    asked = {one.upstream for one in refused}
    for link in links(setup):
        if failed and link.proxy.kind is ProxyKind.NGINX and link.target.scheme == "https" and _unnamed(link, asked):
            address = link.reach is Reach.ADDRESS
            return Finding(
                summary=f"nginx opens TLS to {link.target} without saying {'a' if address else 'that'} name "
                "(proxy_ssl_server_name is off by default), and what is there ends the handshake",
                fix=Fix("proxy_ssl_server_name on;" + (" proxy_ssl_name $host;" if address else "")
                        + f" beside {link.upstream.at}", reload(link.proxy)),
                evidence=at(link.upstream.at, failed[-1]),
            )  # fmt: skip
    for link in fronts(setup):
        back = behind(setup, link.proxy, link.target)
        silent = link.proxy.kind is ProxyKind.NGINX and link.target.scheme == "https" and _quiet(link)
        if silent and back is not None and _wants_a_name(back, link.target.effective_port):
            return Finding(
                summary=f"nginx opens TLS to {link.target} without saying a name (proxy_ssl_server_name is off by "
                "default), and Caddy has a certificate for its sites' names only: it ends the handshake",
                fix=Fix(f"proxy_ssl_server_name on; proxy_ssl_name $host; beside {link.upstream.at}",
                        reload(link.proxy)),
                evidence=at(link.upstream.at, *(site.at for site in back.sites[:1])),
            )  # fmt: skip
    return None


def _wants_a_name(back: Proxy, port: int | None) -> bool:
    """Caddy without default_sni, all of whose sites on that port are named."""
    asked = [site for site in back.sites for one in site.listeners if one.tls and one.port == port]
    named = bool(asked) and all(site.names and all(name.value for name in site.names) for site in asked)
    return back.kind is ProxyKind.CADDY and named and "default_sni" not in back.options


def _quiet(link: Link) -> bool:
    told = link.route.settings.get("proxy_ssl_server_name")
    return told is None or told.value.lower() != "on"


def _unnamed(link: Link, asked: set[str]) -> bool:
    """An address is no name to say; what was refused there shows that one is wanted."""
    there = f"{link.target.host}:{link.target.effective_port}"
    return (link.reach in (Reach.NAME, Reach.SERVICE) or there in asked) and _quiet(link)


CAUSE = Cause(
    slug="upstream-needs-sni",
    title="nginx names the upstream in its TLS handshake",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
