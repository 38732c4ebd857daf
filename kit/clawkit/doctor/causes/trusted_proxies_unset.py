"""OpenClaw since 2026.8.1 refuses what a proxy sends unless it was told whom to trust."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.forwarding import XFF, proves, refused, sends_by_itself
from clawkit.doctor.links import Link
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.peer import attributes, peer, shaped
from clawkit.doctor.refusal import heard
from clawkit.doctor.visit import http_links

STRANGER = r"unattributable proxy-shaped traffic from (?:::ffff:)?([0-9a-f.:]+[0-9a-f])"
OLDER = (
    r"proxy headers detected from untrusted address(?: (?:::ffff:)?(?P<from>[0-9a-f.:]+[0-9a-f]))?"
    r"(?:.*?remote=(?:::ffff:)?(?P<remote>[0-9a-f.:]+[0-9a-f]))?"
)
CLOSED = r"remote=(?:::ffff:)?(?P<remote>[0-9a-f.:]+[0-9a-f]) .*code=1008"
"""A stranger is turned away, or must be approved first."""
REFUSED = r"unattributable proxy-shaped traffic from|proxy client attribution is required"


def judge(setup: Setup) -> Finding | None:
    for link in http_links(setup):
        gateway = link.gateway
        if not shaped(link) or (gateway is not None and not attributes(gateway)):
            continue
        if gateway is not None and gateway.has_config:
            if not gateway.trusted_proxies and not gateway.unseen:
                return _finding(setup, link, gateway.at)
        elif _names_the_client(link) and _seen(setup):
            return _finding(setup, link, None)
    return _alone(setup) or _warned(setup)


def _warned(setup: Setup) -> Finding | None:
    """Before 2026.8.1 the gateway lets such clients in, as strangers: none of them counts as local."""
    said = list(setup.said(OLDER, Speaker.GATEWAY))
    if not said or setup.proxies or any(gateway.trusted_proxies or gateway.unseen for gateway in setup.gateways):
        return None
    line, match = said[-1]
    closed = list(setup.said(CLOSED, Speaker.GATEWAY))
    named = match["from"] or match["remote"] or next((each["remote"] for _, each in closed), "ADDRESS")
    return Finding(
        summary=f"a proxy at {named} sends X-Forwarded-For, and gateway.trustedProxies does not name it: no client "
        "behind it counts as local, and newer versions refuse them all",
        fix=Fix(f'"trustedProxies": ["{named}"] under gateway', "openclaw config get gateway.trustedProxies"),
        evidence=at(line.at, *(each.at for each, _ in closed[-1:])),
        severity=Severity.ERROR if closed else Severity.WARNING,
    )


def _alone(setup: Setup) -> Finding | None:
    """Only the refusal itself was given: neither what the proxy sends nor whom the gateway trusts."""
    seen = _seen(setup)
    known = [gateway for gateway in setup.gateways if gateway.has_config]
    if not seen or setup.proxies or any(gateway.trusted_proxies or gateway.unseen for gateway in known):
        return None
    named = next((match[1] for _, match in setup.said(STRANGER)), "the proxy's address")
    return Finding(
        summary=f"the gateway refuses what comes through a proxy (403 proxy_attribution_required): {named} is not in "
        "gateway.trustedProxies, or the proxy names no client in X-Forwarded-For",
        fix=Fix(f'"trustedProxies": ["{named if named[:1].isdigit() else "ADDRESS"}"] under gateway; in nginx '
                "proxy_set_header X-Forwarded-For $remote_addr;", "openclaw config get gateway.trustedProxies"),
        evidence=at(*(gateway.at for gateway in known[:1]), *seen[:2]),
        observed=True,
    )  # fmt: skip


def _names_the_client(link: Link) -> bool:
    """Then a refusal can only be a matter of trust."""
    line = link.route.headers_up.get(XFF)
    return bool(line.value) if line is not None else sends_by_itself(link)


def _seen(setup: Setup) -> tuple[Place, ...]:
    return (*(exchange.at for exchange in refused(setup)), *heard(setup, REFUSED))


def _finding(setup: Setup, link: Link, config: Place | None) -> Finding:
    known = peer(setup, link)
    address = known.address if known and known.address else "<the proxy's one address>"
    seen = _seen(setup)
    who = f"{config.source} names" if config else "OpenClaw trusts"
    sent = "sends forwarding headers"
    if link.proxy.kind is not ProxyKind.NGINX and not proves(link):
        sent = "sends X-Forwarded-For by itself"
    return Finding(
        summary=f"{who} no {'gateway.trustedProxies' if config else 'proxy'}, but {link.proxy.kind.value} {sent}, "
        "so every page gets 403 proxy_attribution_required",
        fix=Fix(f'"trustedProxies": ["{address}"] under gateway: the proxy\'s one address, never a whole network'),
        evidence=at(
            *([config] if config else []), link.target.at, *(value.at for value in proves(link)[:2]), *seen[:1]
        ),
        observed=config is None,
    )


CAUSE = Cause(
    slug="trusted-proxies-unset",
    title="the gateway is told which proxy to believe",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.FORBIDDEN,
        Symptom.WS_CUT,
    ),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
