"""X-Forwarded-For is copied from a header that only another proxy in front would send."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import XFF, has_front, refused, trusts
from clawkit.doctor.links import Link
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.sent import PAGE, sent
from clawkit.doctor.visit import ui_links

OF_AN_EDGE = ("cf", "cloudflare", "true", "fastly", "akamai", "client", "real", "x_real", "x-real", "do", "fly")
"""Beginnings of headers by which a CDN names the client: whoever writes them has one, unless an answer says not."""

UNATTRIBUTED = "observed unattributable proxy-shaped traffic"
"""Once in the gateway's log, at the first such request."""


def judge(setup: Setup) -> Finding | None:
    for link in ui_links(setup):
        line = link.route.headers_up.get(XFF)
        if line is None or not line.value or sent(link, XFF, PAGE):
            continue
        seen = [exchange.at for exchange in refused(setup)]
        if trusts(setup, link) is True:  # of a peer that it does not trust the gateway says the same
            seen += [line.at for line, _ in setup.said(UNATTRIBUTED, Speaker.GATEWAY, Speaker.UNKNOWN)]
        if not seen and (has_front(setup, link.proxy) or _by_edge(line.value) or trusts(setup, link) is False):
            continue
        return Finding(
            summary=f"X-Forwarded-For is {line.value} at {line.at}, which a browser does not send: "
            "it arrives empty, and OpenClaw answers 403 proxy_attribution_required",
            fix=Fix(_line(link), reload(link.proxy)),
            evidence=at(line.at, link.route.at, *seen[:1]),
        )
    return None


def _by_edge(text: str) -> bool:
    name = text.lower().removeprefix("$http_").removeprefix("{header.").lstrip("${")
    return name.startswith(OF_AN_EDGE)


def _line(link: Link) -> str:
    if link.proxy.kind is ProxyKind.NGINX:
        return "proxy_set_header X-Forwarded-For $remote_addr;"
    return "take that header_up line out: Caddy names the client by itself"


CAUSE = Cause(
    slug="xff-copied-from-client",
    title="X-Forwarded-For is the proxy's own word",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.FORBIDDEN, Symptom.WS_CUT),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
