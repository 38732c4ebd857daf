"""fail2ban banned an address that browsers of ours come from: for them the site only times out."""

from __future__ import annotations

import re
from ipaddress import ip_address

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.failure import LogLine
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.public import is_public_address

WORDS = r"fail2ban\.actions.*\[(?P<jail>[\w.-]+)\] (?P<what>Ban|Unban|Restore Ban) (?P<address>[\da-fA-F.:]+)"
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
        return None
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
