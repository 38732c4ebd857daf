"""The page's origin is not in gateway.controlUi.allowedOrigins."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.listing import Near, Unlisted, accepts, unlisted
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import socket_links

ORIGIN = re.compile(r"https?://[\w.:\[\]-]+")
SAID = r"origin[-_ ](?:mismatch|not[-_ ]allowed)"
STOPS = r"requires gateway\.controlUi\.allowedOrigins"
"""Releases before 2026.4 did not start without an entry."""


def judge(setup: Setup) -> Finding | None:
    return _replaced(setup) or _unlisted(setup)


def _replaced(setup: Setup) -> Finding | None:
    """The proxy writes an origin of its own into the handshake."""
    for link in socket_links(setup):
        line, gateway = link.route.headers_up.get("origin"), link.gateway
        origin = line.value.strip("\"'") if line else ""
        known = gateway is not None and gateway.has_config and not gateway.unseen
        if line is None or gateway is None or not known or not ORIGIN.fullmatch(origin) or accepts(gateway, origin):
            continue
        seen = heard(setup, SAID)
        return Finding(
            summary=f"{line.at} replaces the browser's Origin by {origin}, which is not in "
            "gateway.controlUi.allowedOrigins: 1008 origin not allowed",
            fix=Fix(f"take {line.at} out, and list the address that people open", reload(link.proxy)),
            evidence=at(line.at, gateway.at, *seen[:1]),
        )
    return None


def _unlisted(setup: Setup) -> Finding | None:
    for each in unlisted(setup):
        if each.near in (Near.NONE, Near.OTHER_PORT):
            return _finding(each, _meant(setup, each))
    stopped = last_words(setup, STOPS, Speaker.GATEWAY)
    if stopped is not None:
        return Finding(
            summary="gateway.controlUi.allowedOrigins is not set, and this release does not start without it on a "
            "bind that others reach",
            fix=Fix('"allowedOrigins": ["https://<the name in the address bar>"] under gateway.controlUi'),
            evidence=at(stopped[0].at),
            symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
        )
    seen = heard(setup, SAID)
    if seen and not any(gateway.has_config for gateway in setup.gateways):
        return Finding(
            summary="the gateway closes the page's WebSocket with 1008 origin not allowed: the origin is not in "
            "gateway.controlUi.allowedOrigins",
            fix=Fix('"allowedOrigins": ["https://<the name in the address bar>"] under gateway.controlUi'),
            evidence=at(*seen[:2]),
            observed=True,
        )
    return None


def _meant(setup: Setup, each: Unlisted) -> Value[str] | None:
    """Another gateway's entry for this very origin: the site leads to the wrong one of them."""
    entries = (entry for other in setup.gateways if other is not each.gateway for entry in other.origins or ())
    return next((entry for entry in entries if entry.value.lower() == each.origin.lower()), None)


def _finding(each: Unlisted, meant: Value[str] | None) -> Finding:
    listed = [entry.value for entry in each.gateway.origins or ()]
    known = ", ".join(listed) if listed else "none is set, so localhost alone counts"
    where = each.gateway.at.source
    return Finding(
        summary=f"{each.origin} is not in gateway.controlUi.allowedOrigins ({known}): 1008 origin not allowed"
        + (f"; {meant.at} lists it, so the site leads to the wrong gateway" if meant else ""),
        fix=Fix(
            f"send the site at {each.place} to the gateway of {meant.at.source}"
            if meant
            else f'add "{each.origin}" to gateway.controlUi.allowedOrigins in {where}'
        ),
        evidence=at(
            *(entry.at for entry in each.gateway.origins or (Value(where, each.gateway.at),)),
            *([each.seen] if each.seen else []),
            each.place,
            *([meant.at] if meant else []),
        ),
        severity=Severity.WARNING if each.also_listed and meant is None else Severity.ERROR,
    )


CAUSE = Cause(
    slug="origin-not-listed",
    title="the origin of the page is allowed",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.WS_REFUSED,),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
