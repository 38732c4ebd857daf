"""gateway.tailscale wants the gateway on loopback (and funnel a password), and the gateway is told otherwise."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.verdict import bites, next_start

BIND = r"tailscale serve/funnel requires gateway bind=loopback"
PASSWORD = r"tailscale funnel requires gateway auth mode=password"
MODES = ("serve", "funnel")
OPEN = ("lan", "tailnet", "auto", "custom", "0.0.0.0")


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, f"{BIND}|{PASSWORD}", Speaker.GATEWAY)
    shown = [said[0].at] if said else []
    for gateway in setup.gateways:
        mode = gateway.tailscale_mode
        wrong = _wrong(gateway)
        if mode is not None and wrong:
            places = [value.at for value in (mode, gateway.bind, gateway.auth_mode) if value]
            return Finding(
                summary=f"gateway.tailscale.mode {mode.value} {wrong}" + next_start(setup).replace("(exit 78)", ""),
                fix=Fix('"tailscale": {"mode": "off"} where another proxy stands in front; else "bind": "loopback" '
                        '(and for funnel "auth": {"mode": "password"})', "openclaw gateway restart"),
                evidence=at(*places, *shown),
                severity=bites(setup),
            )  # fmt: skip
    if said is None:
        return None
    return Finding(
        summary="the gateway does not start: gateway.tailscale wants it on loopback, and funnel a password",
        fix=Fix('"bind": "loopback", or "tailscale": {"mode": "off"} under gateway', "openclaw gateway restart"),
        evidence=at(*shown),
    )


def _wrong(gateway: Gateway) -> str:
    mode = gateway.tailscale_mode.value.lower() if gateway.tailscale_mode else ""
    if mode in MODES and gateway.bind is not None and gateway.bind.value in OPEN:
        return f"goes with bind loopback only, not with {gateway.bind.value}"
    if mode == "funnel" and gateway.auth_mode is not None and gateway.auth_mode.value != "password":
        return f"goes with auth mode password only, not with {gateway.auth_mode.value}"
    return ""


CAUSE = Cause(
    slug="tailscale-needs-loopback",
    title="gateway.tailscale goes with how the gateway listens",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "bind-loopback-in-container"}),
)
