"""A login at the edge turns away clients that are no browsers."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = r"unexpected server response: 302|rejected websocket upgrade \(HTTP 302\)|identity-aware proxy rejected"
LOGIN = "cloudflareaccess.com"


def judge(setup: Setup) -> Finding | None:
    seen = [exchange.at for exchange in setup.exchanges if _login(exchange)]
    said = heard(setup, SAID)
    own = any(route.forward_auth for proxy in setup.proxies for site in proxy.sites for route in site.routes)
    if not seen and (not said or own):
        return None
    told = " ".join(place.text.lower() for place in (*seen, *said))
    by_edge = any({"cf-ray", "cf-access-aud"} & set(one.headers) for one in setup.exchanges) or "cloudflare" in told
    return Finding(
        summary=f"a login in front{' (Cloudflare Access)' if by_edge else ''} answers what is no page with a redirect "
        "to its own: the WebSocket, the CLI and nodes get 302 in place of 101",
        fix=Fix(
            "Cloudflare Access: a service token for these clients (headers CF-Access-Client-Id and -Secret), or a "
            "bypass rule for their paths in Zero Trust, Access, Applications; another login: exempt the WebSocket"
        ),
        evidence=at(*seen[:2], *said[:2]),
        observed=True,
    )


def _login(exchange: Exchange) -> bool:
    to = exchange.headers.get("location", "").lower()
    turned = exchange.status in (302, 303, 401, 403) and (LOGIN in to or "cf-access-aud" in exchange.headers)
    return (turned and LOGIN in to + exchange.body) or (exchange.upgrade and exchange.status == 302)


CAUSE = Cause(
    slug="cf-access-blocks-nodes",
    title="the edge lets nodes and the CLI in",
    layer=Layer.CLIENT,
    hop=Hop.CLIENT,
    symptoms=(
        Symptom.WS_CUT,
        Symptom.UNAUTHORIZED,
    ),
    looks_at=looks_at(Part.EXCHANGES, Part.LOGS),
    judge=judge,
)
