"""gateway.tailscale asks Tailscale for a name, Tailscale refuses, and the gateway ends with it (since 2026.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.setup import Part, Setup

OFF = 'or "tailscale": {"mode": "off"} under gateway'


@dataclass(frozen=True, slots=True)
class Refused:
    words: str
    wrong: str
    fix: str
    command: str


REFUSALS = (
    Refused(r"(?:Serve|Funnel) is not enabled on your tailnet|Funnel not available|"
            r"HTTPS (?:is )?(?:not enabled|disabled|must be enabled)",
            "Serve (or Funnel) and HTTPS are not switched on for the tailnet",
            f"open the link that Tailscale prints and switch it on, {OFF}", "tailscale serve status"),
    Refused(r"unexpected state: (?:NoState|NeedsLogin|NeedsMachineAuth|Stopped|Starting)|Tailscale is stopped",
            "Tailscale is not connected on this machine",
            f"connect it, and let the gateway's unit start after tailscaled, {OFF}", "sudo tailscale up"),
    Refused(r"Failed to connect to local Tailscale daemon|tailscaled\.sock: connect",
            "tailscaled does not run", f"start it, {OFF}", "sudo systemctl enable --now tailscaled"),
    Refused(r"spawn tailscale ENOENT|tailscale: (?:command )?not found",
            "there is no tailscale command where the gateway runs; OpenClaw's image has none",
            f"install Tailscale there, {OFF} and a Tailscale container or the host's Serve before it",
            "tailscale version"),
    Refused(r"(?:serve|prefs) (?:config|write) (?:access )?denied|Access denied: (?:serve|prefs)",
            "the gateway's user may not change what Tailscale serves",
            f"make that user Tailscale's operator, {OFF}", "sudo tailscale set --operator=$USER"),
)  # fmt: skip
ENABLED = re.compile(r"\[tailscale\] (?:serve|funnel) enabled")
ABOUT = re.compile(r"tailscale|tailnet|Gateway failed to start", re.IGNORECASE)


def judge(setup: Setup) -> Finding | None:
    for refused in REFUSALS:
        found = setup.said(refused.words, Speaker.GATEWAY, Speaker.UNKNOWN)
        said = [line for line, _ in found if ABOUT.search(line.text)]
        if said and not _enabled_later(setup, said[-1]):
            ended = last_words(setup, refused.words, Speaker.GATEWAY) is not None
            return Finding(
                summary=f"gateway.tailscale is on and {refused.wrong}"
                + (", so the gateway ends at its start" if ended else ": the tailnet's name leads nowhere"),
                fix=Fix(refused.fix, refused.command),
                evidence=at(said[-1].at, *(one.tailscale_mode.at for one in setup.gateways if one.tailscale_mode)),
                severity=Severity.ERROR if ended else Severity.WARNING,
            )
    return None


def _enabled_later(setup: Setup, line: LogLine) -> bool:
    return any(one.at.source == line.at.source and (one.at.line or 0) > (line.at.line or 0)
               for one in setup.logs if ENABLED.search(one.text))  # fmt: skip


CAUSE = Cause(
    slug="tailscale-not-ready",
    title="Tailscale takes what gateway.tailscale asks of it",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING, Symptom.REFUSED),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "bind-loopback-in-container", "tailscale-serves-elsewhere"}),
)
