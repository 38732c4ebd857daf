"""fail2ban banned an address that browsers of ours come from: for them the site only times out."""

from __future__ import annotations

import re
from ipaddress import ip_address

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.public import is_public_address

WORDS = r"fail2ban\.actions.*\[(?P<jail>[\w.-]+)\] (?P<what>Ban|Unban|Restore Ban) (?P<address>[\da-fA-F.:]+)"
DECISION = r"[Ii]p:(?P<address>[\da-fA-F.:]+) *[|\u2502] *(?P<why>[\w./-]+) *[|\u2502] *ban\b"
WEB = re.compile(r"nginx|http|caddy|claw|web|recidive", re.IGNORECASE)
"""Jails that read a web server's log; bans for SSH concern nobody here."""
BOTS = re.compile(r"bot|noscript|bad-?request|shellshock|overflow", re.IGNORECASE)
"""Jails for what no browser sends: they do what they are for."""


def judge(setup: Setup) -> Finding | None:
    banned: dict[str, tuple[LogLine, str]] = {}
    for line, match in setup.said(WORDS):
        if not WEB.search(match["jail"]) or (BOTS.search(match["jail"]) and not _private(match["address"])):
            continue
        if match["what"] == "Unban":
            banned.pop(match["address"], None)
        else:
            banned[match["address"]] = (line, match["jail"])
    if not banned:
        return _by_crowdsec(setup)
    shared = [address for address in banned if _private(address)]
    address = shared[0] if shared else list(banned)[-1]
    line, jail = banned[address]
    turned_away = _turned_away(setup)
    mine = next((one for one in banned if one in setup.host.addresses), "")
    if mine:  # whoever asked for the own address wants to visit
        address, (line, jail) = mine, banned[mine]
    who = "an address of this network, behind which other visitors may be" if shared else "one visitor, maybe you"
    return Finding(
        summary=f"fail2ban's jail {jail} bans {address} ({who}): from there the site does not answer",
        fix=Fix("unban it, and put your own networks into ignoreip; the first load of the page may look like a flood "
                "to nginx-limit-req", f"sudo fail2ban-client set {jail} unbanip {address}"),
        evidence=at(line.at, *turned_away[:1]),
        severity=Severity.ERROR if shared or turned_away or mine else Severity.WARNING,
        observed=True,
    )  # fmt: skip


def _by_crowdsec(setup: Setup) -> Finding | None:
    """A row of `cscli decisions list`, and a browser of that very address that was refused."""
    for line, match in setup.said(DECISION):
        address = match["address"]
        refused = rf"^{re.escape(address)} .*\" (?:403|429) .*Mozilla"
        turned_away = next((one.at for one, _ in setup.said(refused, Speaker.ACCESS)), None)
        if turned_away is not None or address in setup.host.addresses:
            return Finding(
                summary=f"CrowdSec bans {address} ({match['why']}): from there the site answers 403 or not at all",
                fix=Fix("delete the decision, and put your own addresses on an allow list (a parser whitelist); the "
                        "first load of the page asks for hundreds of files",
                        f"sudo cscli decisions delete --ip {address}"),
                evidence=at(line.at, *([turned_away] if turned_away else [])),
                symptoms=(Symptom.FORBIDDEN, Symptom.TIMEOUT),
            )  # fmt: skip
    return None


def _turned_away(setup: Setup) -> tuple[Place, ...]:
    """Somebody who asked for the site and was refused or left waiting, as a ban does it."""
    return tuple(
        one.at for one in setup.exchanges
        if one.vantage is Vantage.PUBLIC and not one.container and one.error in ("refused", "timeout", "unreachable")
    )  # fmt: skip


def _private(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return address.is_private and not is_public_address(text)


CAUSE = Cause(
    slug="client-banned",
    title="no visitor's address is banned",
    layer=Layer.HOST,
    hop=Hop.PORT,
    symptoms=(Symptom.TIMEOUT, Symptom.REFUSED),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
