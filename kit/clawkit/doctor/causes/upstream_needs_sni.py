"""nginx asks an upstream by TLS without naming the host in the handshake, and what is there serves by that name."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, links
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

ALERT = re.compile(r"alert (?:internal error|handshake failure|unrecognized name)|unrecognized_name")
"""How Caddy, nginx with ssl_reject_handshake and CDNs refuse a handshake without a name that they know."""


def judge(setup: Setup) -> Finding | None:
    failed = [one.at for one in setup.failed(FailureKind.TLS) if ALERT.search(one.at.text)]
    for link in links(setup):
        if failed and link.proxy.kind is ProxyKind.NGINX and link.target.scheme == "https" and _unnamed(link):
            return Finding(
                summary=f"nginx opens TLS to {link.target} without saying that name (proxy_ssl_server_name is off by "
                "default), and what is there ends the handshake",
                fix=Fix(f"proxy_ssl_server_name on; beside {link.upstream.at}", reload(link.proxy)),
                evidence=at(link.upstream.at, failed[-1]),
            )
    return None


def _unnamed(link: Link) -> bool:
    told = link.route.settings.get("proxy_ssl_server_name")
    return link.reach in (Reach.NAME, Reach.SERVICE) and (told is None or told.value.lower() != "on")


CAUSE = Cause(
    slug="upstream-needs-sni",
    title="nginx names the upstream in its TLS handshake",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
