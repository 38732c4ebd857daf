"""openclaw.json holds a key that OpenClaw does not know: misspelt, or retired by an upgrade."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.verdict import bites, next_start

KNOWN = "2026.9.6"
WORDS = r"Unrecognized keys?: *(.+)"


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    for gateway in setup.gateways:
        if gateway.unknown_keys:
            keys = ", ".join(key.value for key in gateway.unknown_keys[:3])
            places = [key.at for key in gateway.unknown_keys[:3]]
            summary = f"OpenClaw does not know {keys} in {gateway.at.source}{next_start(setup, gateway)}"
            return _finding(summary, bites(setup, gateway), *places, *([found[0].at] if found else []))
    if found is None or (setup.gateways and all(_well(gateway) for gateway in setup.gateways)):
        return None  # the log is older than these files
    line, match = found
    named = next((group for group in match.groups() if group), "").strip()
    return _finding(
        f"OpenClaw does not know the key {named} in openclaw.json and stops at its start (exit 78)",
        Severity.ERROR,
        line.at,
    )


def _well(gateway: Gateway) -> bool:
    """All of its file was read, by the keys of its own version."""
    return gateway.has_config and not gateway.problems and not gateway.unseen and gateway.version in (None, KNOWN)


def _finding(summary: str, severity: Severity, *places: Place) -> Finding:
    return Finding(
        summary=summary,
        fix=Fix(
            "take the key out or spell it as OpenClaw does; openclaw doctor --fix moves keys that an upgrade retired",
            "docker compose run --rm --no-deps openclaw node openclaw.mjs doctor --fix",
        ),
        evidence=at(*places),
        severity=severity,
    )


CAUSE = Cause(
    slug="unrecognized-config-key",
    title="openclaw.json holds known keys only",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS),
    judge=judge,
    explains=frozenset({"trusted-proxies-unset", "origin-not-listed", "gateway-not-running", "invalid-config-value"}),
)
