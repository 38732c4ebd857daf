"""gateway.bind, or --bind, holds no word that OpenClaw knows."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.verdict import bites, next_start, whole

WORDS = r'Invalid --bind|gateway\.bind: Invalid input|Invalid bind mode:? *"?(\w+)?|invalid gateway\.bind'
CUSTOM = (
    r"gateway\.bind=custom requires (?:gateway\.customBindHost|a valid IPv4 customBindHost \(got (?P<got>[^)]*)\))|"
    r"gateway bind=custom requested (?P<host>\S+) but"
)
IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}")


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    for gateway in setup.gateways:
        for problem in gateway.problems:
            if problem.kind == "bind":
                return _finding(
                    f"{gateway.bind.value if gateway.bind else 'this value'} at {problem.at} is no bind mode"
                    + next_start(setup, gateway),
                    bites(setup, gateway),
                    problem.at,
                    *([found[0].at] if found else []),
                )
    custom = _custom(setup)
    if custom is not None or found is None:
        return custom
    line, match = found
    named = next((group for group in match.groups() if group), "").strip()
    return _finding(f"gateway.bind holds no word that OpenClaw knows {named}".rstrip(), Severity.ERROR, line.at)


def _custom(setup: Setup) -> Finding | None:
    """`custom` wants one IPv4 address of this host beside it."""
    for gateway in setup.gateways:
        host = gateway.custom_bind_host
        right = host is not None and (IPV4.fullmatch(host.value) or "$" in host.value)
        if gateway.bind is not None and gateway.bind.value == "custom" and not right and whole(gateway):
            what = f"customBindHost {host.value} is no IPv4 address" if host else "there is no gateway.customBindHost"
            return _finding(f'gateway.bind is "custom", and {what}{next_start(setup, gateway)}', bites(setup, gateway),
                            gateway.bind.at, *([host.at] if host else []))  # fmt: skip
    said = last_words(setup, CUSTOM, Speaker.GATEWAY)
    if said is None:
        return None
    told = f"customBindHost {said[1]['host']} is no address of this host (a container has others)"
    got = f"customBindHost {said[1]['got']} is no IPv4 address" if said[1]["got"] else "there is no customBindHost"
    return _finding(f'gateway.bind is "custom", and {told if said[1]["host"] else got}', Severity.ERROR, said[0].at)


def _finding(summary: str, severity: Severity, *places: Place) -> Finding:
    return Finding(
        summary=summary,
        fix=Fix('"bind": "lan" under gateway (one of loopback, lan, tailnet, auto, custom)', "docker compose restart"),
        evidence=at(*places),
        severity=severity,
    )


CAUSE = Cause(
    slug="invalid-bind-value",
    title="gateway.bind is a known word",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "invalid-config-value", "bind-loopback-in-container"}),
)
