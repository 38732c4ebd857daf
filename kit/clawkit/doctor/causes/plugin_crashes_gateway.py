"""An installed plugin ends the gateway's process before it is ready."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import HOPELESS, gateway_units, gateways

WHERE = r"/\.(?:openclaw|clawdbot|moltbot)/extensions/(?P<plugin>(?:@[\w.-]+/)?[\w.-]+)/"
TRACE = rf"^\s*(?:- |at .*|.*imported from |file://)\S*{WHERE}"
"""A stack trace, or the list of who asked for a module. OpenClaw notes a plugin that it could leave out otherwise."""
ERROR = re.compile(r"^\s*(?:\w*Error|\w*Exception)\b|\b(?:Type|Reference|Syntax)?Error(?: \[\w+\])?: |Cannot find")
ENDED = (
    r"^\s*Node\.js v\d+|exited with code [1-9]|Gateway failed to start|Main process exited, code=exited, status=[1-9]"
)


BONJOUR = (
    r"(?:Unhandled promise rejection|Uncaught exception): .*CIAO [A-Z]+ CANCELL?ED|"
    r"bonjour: restarting advertiser \(service stuck in (?:prob|announc)ing"
)
AGAIN = r"exited with code [1-9]|Scheduled restart job|Unhandled promise rejection: .*CIAO"


def judge(setup: Setup) -> Finding | None:
    return _bonjour(setup) or _installed(setup)


def _bonjour(setup: Setup) -> Finding | None:
    """It ends a gateway that was ready already, over and over, where no multicast gets out: a bridge of Docker, WSL."""
    said = list(setup.said(BONJOUR, Speaker.GATEWAY))
    again = list(setup.said(AGAIN))
    if not said or len(again) < 2 or not any(one.at.source == said[-1][0].at.source for one, _ in again):
        return None
    return Finding(
        summary="the plugin bonjour ends the gateway again and again: its announcements (mDNS) do not get out of this "
        "network",
        fix=Fix("OPENCLAW_DISABLE_BONJOUR=1 for the gateway (nobody needs it behind a proxy), or a newer release",
                "docker compose up -d"),
        evidence=at(said[-1][0].at, again[-1][0].at),
    )  # fmt: skip


def _installed(setup: Setup) -> Finding | None:
    found = last_words(setup, TRACE, Speaker.GATEWAY)
    if found is None or not _ended(setup, found[0]):
        return None
    line, match = found
    plugin = match["plugin"]
    said = _said(setup, line)
    return Finding(
        summary=f"the plugin {plugin} ends the gateway at its start: {said.text[:160] if said else line.text.strip()}",
        fix=Fix(f"install it anew for this release, or switch it off (plugins.entries.{plugin}.enabled: false) or move "
                "its folder away; then start the gateway", f"openclaw plugins disable {plugin}"),
        evidence=at(*([said] if said else []), line.at),
        observed=True,
    )  # fmt: skip


def _ended(setup: Setup, line: LogLine) -> bool:
    """The process went down with it: Node's last line, the engine's or systemd's word, a state."""
    after = [one for one, _ in setup.said(ENDED) if one.at.source == line.at.source
             and (one.at.line or 0) > (line.at.line or 0)]  # fmt: skip
    stopped = any(one.state in HOPELESS for one in gateways(setup))
    return bool(after) or stopped or any(unit.active in ("failed", "activating") for unit in gateway_units(setup))


def _said(setup: Setup, trace: LogLine) -> Place | None:
    """The error itself stands a few lines above its trace."""
    near = [
        line.at for line in setup.logs
        if line.at.source == trace.at.source and 0 <= (trace.at.line or 0) - (line.at.line or 0) <= 20
        and ERROR.search(line.text)
    ]  # fmt: skip
    return near[-1] if near else None


CAUSE = Cause(
    slug="plugin-crashes-gateway",
    title="no plugin ends the gateway",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.UNAVAILABLE, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "upstream-closed-mid-request", "upstream-name-unknown"}),
)
