"""A node or the CLI was given a ws:// address of another machine, and refuses to send its token there."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

MOVED = (301, 308)
TARGET = r"Gateway target: (?P<url>ws://(?!127\.|localhost|\[::1\])[^\s/]+:443)\b"
FAILED = r"gateway connect failed|gateway closed|Unexpected server response: 400"
SAID = r"SECURITY ERROR: .*plaintext ws://"


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    if not seen:
        return _to_the_port_of_tls(setup) or _redirected(setup)
    return Finding(
        summary="a node or the CLI was given a plain ws:// address of another machine and refuses to send its "
        "token there",
        fix=Fix("wss://<the proxy's name> as gateway URL of that client (gateway.remote.url)"),
        evidence=at(*seen[:2]),
        observed=True,
    )


def _to_the_port_of_tls(setup: Setup) -> Finding | None:
    """The proxy answers 400: an HTTP request came to an HTTPS port."""
    target = next(setup.said(TARGET), None)
    failed = next(setup.said(FAILED), None)
    if target is None or failed is None:
        return None
    return Finding(
        summary=f"a node or the CLI asks {target[1]['url']}: port 443 speaks TLS, and plain ws:// gets 400 there",
        fix=Fix("wss://<the proxy's name> as gateway URL of that client (gateway.remote.url)"),
        evidence=at(target[0].at, failed[0].at),
        observed=True,
    )


def _redirected(setup: Setup) -> Finding | None:
    """A handshake does not follow the redirect from port 80."""
    steps = [redirect.at for proxy in setup.proxies for site in proxy.sites if not site.serves_tls
             for redirect in (site.redirect, *site.redirects, *(route.redirect for route in site.routes))
             if redirect is not None and redirect.to.startswith("https://")]  # fmt: skip
    for one in setup.exchanges:
        if steps and one.upgrade and one.status in MOVED and not one.url.startswith(("wss:", "https:")):
            return Finding(
                summary=f"a node or the CLI comes by plain ws:// to port 80, which answers {one.status} to https: a "
                "WebSocket follows no redirect",
                fix=Fix("wss://<the proxy's name> as gateway URL of that client (a node: --tls and port 443)"),
                evidence=at(one.at, steps[0]),
                observed=True,
            )
    return None


CAUSE = Cause(
    slug="client-uses-plain-ws",
    title="clients come with wss",
    layer=Layer.CLIENT,
    hop=Hop.CLIENT,
    symptoms=(Symptom.WS_CUT,),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
