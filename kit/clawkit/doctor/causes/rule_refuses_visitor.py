"""A conditional rule of nginx' own refuses every visitor, or every WebSocket."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.condition import true
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.hops import Address, asked
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Site
from clawkit.doctor.model.route import Action, Redirect
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.public import is_address
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import Visit, visits
from clawkit.doctor.witness import answers, path_of

OWN_PAGE = (*range(0, 1), *range(140, 176), *range(540, 576))
"""Bytes of nginx's own error pages, without and with the padding that it adds for some browsers; 444 sends none."""


def judge(setup: Setup) -> Finding | None:
    for visit in visits(setup):
        rules = (*visit.site.refusals, *(visit.page.refusals if visit.page else ()))
        hosts = (visit.host,) if visit.host else _opened(setup)
        for rule in rules if hosts else ():
            refused = {_whom(setup, visit, rule, host) for host in hosts}
            whom = next(iter(refused))
            if whom is None or None in refused:
                continue
            what = "closes the connection" if rule.code == 444 else f"answers {rule.code}"
            return Finding(
                summary=f"the rule at {rule.at} {what} for {whom} of {hosts[0]}: ({rule.condition}) is true for it",
                fix=Fix(f"correct or remove the condition at {rule.at}", reload(visit.proxy)),
                evidence=at(rule.at, visit.site.at),
            )
    return _as_seen(setup)


def _as_seen(setup: Setup) -> Finding | None:
    """The request alone does not decide the condition (an address, a list), but its answer was seen."""
    for visit in visits(setup):
        rules = [rule for rule in (*visit.site.refusals, *(visit.page.refusals if visit.page else ()))
                 if _open(setup, visit, rule)]  # fmt: skip
        for rule in rules if not (visit.page and visit.page.access) else ():
            seen = next((one.at for one in answers(setup, rule.code) if path_of(one) == visit.base), None)
            seen = seen or _logged(setup, visit, rule)
            if seen is not None and len([one for one in rules if one.code == rule.code]) == 1:
                return Finding(
                    summary=f"the rule at {rule.at} answers {rule.code} for a visitor of {visit.host or 'the site'}: "
                    f"({rule.condition}) is true for it",
                    fix=Fix(f"let the visitor's address or name pass in ({rule.condition})", reload(visit.proxy)),
                    evidence=at(rule.at, seen),
                    observed=True,
                )
    return None


def _logged(setup: Setup, visit: Visit, rule: Redirect) -> Place | None:
    """The page's line in the access log, where no other site can have written it; OpenClaw's own answers are longer."""
    if any(_answers(site) for site in visit.proxy.sites if site is not visit.site):
        return None
    asked = rf'"GET {re.escape(visit.base)}(?:\?\S*)? HTTP/[\d.]+" {rule.code} (\d+) '
    lines = setup.said(asked, Speaker.ACCESS)
    return next((line.at for line, found in lines if int(found[1]) in OWN_PAGE), None)


def _answers(site: Site) -> bool:
    """It may write lines for pages of its own: more than redirects and an authority's challenges."""
    served = (route for route in site.routes if not route.match.path.startswith("/.well-known"))
    return any(route.upstream is not None or route.action is Action.FILES for route in served)


def _open(setup: Setup, visit: Visit, rule: Redirect) -> bool:
    here = Address(visit.tls, visit.host, visit.port, visit.base)
    return bool(rule.condition) and true(rule.condition, asked(here, has_front(setup, visit.proxy))) is None


def _opened(setup: Setup) -> tuple[str, ...]:
    """A site without a name is opened by what the gateway's list holds."""
    entries = (entry.value for gateway in setup.gateways for entry in gateway.origins or ())
    hosts = (urlsplit(value).hostname or "" for value in entries if "://" in value)
    return tuple(dict.fromkeys(host for host in hosts if host and host != "localhost" and not is_address(host)))


def _whom(setup: Setup, visit: Visit, rule: Redirect, host: str) -> str | None:
    here = Address(visit.tls, host, visit.port, visit.base)
    known = asked(here, has_front(setup, visit.proxy))
    if visit.page is None or visit.page.basic_auth is None:
        known["http_authorization"] = ""  # a browser sends none unless a site asks for it
    if not rule.condition or true(rule.condition, known | {"http_upgrade": "", "http_origin": ""}) is True:
        return "every page" if rule.condition else None
    origin = f"{known['scheme']}://{known['http_host']}"
    handshake = {"http_upgrade": "websocket", "http_connection": "Upgrade", "http_origin": origin}
    return "every WebSocket" if true(rule.condition, known | handshake) is True else None


CAUSE = Cause(
    slug="rule-refuses-visitor",
    title="no condition of the proxy's refuses the visitors",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.FORBIDDEN, Symptom.NOT_FOUND, Symptom.WS_CUT),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
