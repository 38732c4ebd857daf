"""The page is opened over plain http, where browsers give it no key of its own."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.origins import Origin, origins
from clawkit.doctor.refusal import heard
from clawkit.doctor.visit import socket_links

SAID = (
    r"control ui requires device identity|control-ui-insecure-auth|requires (?:a )?(?:secure context|"
    r"HTTPS or localhost)|HTTPS or localhost( secure context)?\)|CONTROL_UI_DEVICE_IDENTITY_REQUIRED"
)


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    for link in socket_links(setup):
        made = [
            origin for origin in origins(setup, link.proxy, link.site) if origin.host not in ("localhost", "127.0.0.1")
        ]
        if not made or any(origin.scheme == "https" for origin in made) or has_front(setup, link.proxy):
            continue
        if any(origin.host == other.host for origin in made for other in _secure(setup)):
            continue
        if seen or (link.gateway is not None and _meant(link.gateway, made)):
            return _finding(
                f"{made[0]} is the only way to the page, and it is plain http", (made[0].listener.at, *seen[:1])
            )
    return _finding("the page was opened over plain http", seen[:2], observed=True) if seen else None


def _secure(setup: Setup) -> list[Origin]:
    return [
        origin
        for proxy in setup.proxies
        for site in proxy.sites
        for origin in origins(setup, proxy, site)
        if origin.scheme == "https"
    ]


def _meant(gateway: Gateway, made: list[Origin]) -> bool:
    """The plain origin itself is listed: nothing in front of this proxy ends TLS."""
    entries = {entry.value.strip().lower().rstrip("/") for entry in gateway.origins or ()}
    return gateway.has_config and any(str(origin) in entries for origin in made)


def _finding(words: str, places: tuple[Place, ...], observed: bool = False) -> Finding:
    return Finding(
        summary=f"{words}: the browser has no key there, and OpenClaw answers 1008 control ui requires device identity",
        fix=Fix(
            "serve the page over https (tls internal in Caddy will do on a LAN), or open it through an SSH tunnel "
            "as http://localhost:18789"
        ),
        evidence=at(*places),
        observed=observed,
    )


CAUSE = Cause(
    slug="page-over-plain-http",
    title="the page is opened over https",
    layer=Layer.CLIENT,
    hop=Hop.CLIENT,
    symptoms=(Symptom.WS_REFUSED,),
    looks_at=looks_at(Part.PROXY, Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
