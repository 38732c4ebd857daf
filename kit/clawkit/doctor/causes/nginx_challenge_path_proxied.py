"""The ACME challenge never reaches the webroot: redirected, proxied, or answered before its location."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.choice import choose
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site
from clawkit.doctor.model.route import Action
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

CHALLENGE = "/.well-known/acme-challenge/token"
FAILED = (
    r"(?:acme-challenge.*(?:404|403|401|Invalid response|unauthorized)|"
    r"(?:Invalid response|unauthorized).*acme-challenge)"
)
UNAUTHORIZED = re.compile(r": \"?401\b|Status 401")


def judge(setup: Setup) -> Finding | None:
    webroot = [line.at for line, _ in setup.said(FAILED, Speaker.ACME)]
    commands = [service.at for service in setup.services() if _renews_by_webroot(service.command, service.entrypoint)]
    for proxy, site in sites(setup):
        names = [name.value for name in site.names if name.value not in ("_", "")]
        if proxy.kind is not ProxyKind.NGINX or not names:
            continue
        dead = _dead_location(proxy, names[0])
        if dead is not None:
            return _finding(proxy, names[0], dead, webroot, "a server-level return beats the challenge's location")
        asked = _asks_for_password(proxy, names[0])
        if asked is not None and any(UNAUTHORIZED.search(place.text) for place in webroot):
            return Finding(
                summary=f"{asked} asks for a password also below /.well-known/acme-challenge/ of {names[0]}, and the "
                "authority has none",
                fix=Fix("auth_basic off; in location ^~ /.well-known/acme-challenge/", reload(proxy)),
                evidence=at(asked, *webroot[:2]),
            )
        wrong = _not_from_disk(proxy, names[0])
        if wrong is not None and (webroot or commands):
            return _finding(proxy, names[0], wrong, [*webroot[:1], *commands[:1]], "it is not served from the webroot")
    return None


def _plain(proxy: Proxy, name: str) -> Site | None:
    answer = choose(proxy, name, 80, CHALLENGE, False)
    return answer[0] if answer else None


def _dead_location(proxy: Proxy, name: str) -> Place | None:
    """`return` at server level runs before any location is looked for."""
    site = _plain(proxy, name)
    if site is None or site.always is Action.NONE:
        return None
    return next((route.at for route in site.routes if "acme-challenge" in route.match.path), None)


def _not_from_disk(proxy: Proxy, name: str) -> Place | None:
    answer = choose(proxy, name, 80, CHALLENGE, False)
    if answer is None:
        return None
    site, route = answer
    if site.always is not Action.NONE:
        return site.redirect.at if site.redirect else site.at
    return route.at if route is not None and route.action in (Action.PROXY, Action.REDIRECT, Action.RESPOND) else None


def _asks_for_password(proxy: Proxy, name: str) -> Place | None:
    answer = choose(proxy, name, 80, CHALLENGE, False)
    line = answer[1].basic_auth if answer and answer[1] is not None else None
    return line.at if line is not None and line.value.lower() != "off" else None


def _renews_by_webroot(*commands: object) -> bool:
    return any("webroot" in " ".join(getattr(command, "value", ())) for command in commands if command is not None)


def _finding(proxy: Proxy, name: str, place: Place, more: list[Place], why: str) -> Finding:
    return Finding(
        summary=f"http://{name}{CHALLENGE.rsplit('/', 1)[0]}/ does not reach the webroot: {why}",
        fix=Fix(
            "location ^~ /.well-known/acme-challenge/ { root /var/www/certbot; } in the server on port 80, and the "
            "redirect inside location / { return 301 https://$host$request_uri; }",
            reload(proxy),
        ),
        evidence=at(place, *more),
    )


CAUSE = Cause(
    slug="nginx-challenge-path-proxied",
    title="the ACME challenge is served from the webroot",
    layer=Layer.TLS,
    hop=Hop.PROXY,
    symptoms=(Symptom.NO_CERTIFICATE,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"acme-answered-by-other-server"}),
)
