"""The site's name resolves nowhere, so nobody finds it and no authority certifies it."""

from __future__ import annotations

import re

from clawkit.doctor.acme import refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.public import is_public

NXDOMAIN = re.compile(r"NXDOMAIN|no valid A(?:AAA)? records|no such host|does not exist")
NODE = r"gateway connect failed: .*ENOTFOUND (?P<name>[\w-]+(?:\.[\w-]+)+)"
UNFOUND = (
    r"(?:Could not resolve host|ENOTFOUND|Name or service not known|server can't find|nodename nor servname provided)"
    r"[: ]*(?P<name>[\w-]+(?:\.[\w-]+)+)",
    r"(?P<name>[\w-]+(?:\.[\w-]+)+)(?:['\u2019]s (?:server IP|DNS) address could not be found|"
    r"['\u2019]s server IP address|: ERR_NAME_NOT_RESOLVED|: NXDOMAIN|: Name or service not known)",
)


def judge(setup: Setup) -> Finding | None:
    named = {name.value.lower(): name.at for _, site in sites(setup) for name in site.names}
    for name, place in named.items():
        answers = [one for one in setup.host.dns if one.name.rstrip(".").lower() == name]
        asked = [one for one in answers if one.kind in ("A", "AAAA")]
        if asked and not any(one.values for one in answers) and name not in setup.host.hosts_file:
            return _finding(name, asked[0].at, place)
        dead = _dead_alias(setup, name)
        if dead is not None:
            return _finding(name, dead, place)
    for one in setup.host.dns if not named else ():
        if (
            one.kind == "A"
            and not one.values
            and "." in one.name
            and not _resolves(setup, one.name.rstrip(".").lower())
        ):
            return _finding(one.name.rstrip("."), one.at, one.at)  # nothing but the look-up was given
    for refusal in refusals(setup, "dns"):
        if NXDOMAIN.search(refusal.detail) and not _resolves(setup, refusal.name):
            name = refusal.name or next(iter(named), "the name")
            return _finding(name, refusal.at, named.get(name, refusal.at))
    for pattern in UNFOUND:
        for line, match in setup.said(pattern, Speaker.CLIENT, Speaker.UNKNOWN):
            name = match["name"].rstrip(".").lower()
            if name in named and not _resolves(setup, name):
                return _finding(name, line.at, named[name])
    return _asked(setup, named) or _by_a_node(setup, named)


def _dead_alias(setup: Setup, name: str) -> Place | None:
    """Its CNAME leads to a name without an address."""
    known = [one for one in setup.host.dns if one.name.rstrip(".").lower() == name]
    targets = {value.lower() for one in known if one.kind == "CNAME" for value in one.values}
    asked = [one for one in setup.host.dns if one.name.rstrip(".").lower() in {name, *targets} and one.kind != "CNAME"]
    return asked[0].at if targets and asked and not any(one.values for one in asked) else None


def _by_a_node(setup: Setup, named: dict[str, Place]) -> Finding | None:
    """A node or the CLI looked up what it was given as the gateway."""
    for line, match in setup.said(NODE, Speaker.GATEWAY, Speaker.CLIENT, Speaker.UNKNOWN):
        name = match["name"].lower()
        if (name in named or not named) and not _resolves(setup, name) and is_public(name):
            return _finding(name, line.at, named.get(name, line.at))
    return None


def _asked(setup: Setup, named: dict[str, Place]) -> Finding | None:
    for one in setup.exchanges:
        host = one.url.split("://")[-1].split("/")[0].split(":")[0].lower()
        if one.error == "dns" and not one.container and host in named and not _resolves(setup, host):
            return _finding(host, one.at, named[host])
    return None


def _resolves(setup: Setup, name: str) -> bool:
    return any(one.values for one in setup.host.dns if one.name.rstrip(".").lower() == name)


def _finding(name: str, seen: Place, site: Place) -> Finding:
    return Finding(
        summary=f"{name} has neither an A nor an AAAA record, so browsers and certificate authorities do not find it",
        fix=Fix(
            f"create an A record for {name} with this server's public address (look for a typo, and for the right "
            "zone), and wait until it is seen",
            f"dig +short A {name}",
        ),
        evidence=at(seen, site),
    )


CAUSE = Cause(
    slug="dns-name-missing",
    title="the site's name resolves",
    layer=Layer.DNS,
    hop=Hop.DNS,
    symptoms=(Symptom.DNS, Symptom.NO_CERTIFICATE),
    looks_at=looks_at(Part.LOGS, Part.HOST, Part.EXCHANGES),
    judge=judge,
    explains=frozenset(
        {"dns-points-elsewhere", "port80-filtered-acme-timeout", "acme-answered-by-other-server", "acme-rate-limited"}
    ),
)
