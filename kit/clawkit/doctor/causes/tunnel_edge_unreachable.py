"""cloudflared does not reach Cloudflare's edge, so the tunnel never opens."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import LogLine
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"failed to dial to edge|Failed to dial a quic connection|Unable to establish connection with Cloudflare edge|"
    r"DialContext error: dial tcp .*:7844|lookup (?:_v2-origintunneld\S*|region\d\S*argotunnel\.com)"
)
REGISTERED = re.compile(r"Registered tunnel connection|Connection [0-9a-f-]+ registered")


AWAY = "ERR_NGROK_3200"


def judge(setup: Setup) -> Finding | None:
    failed = [line for line, _ in setup.said(WORDS)]
    if not failed:
        return _agent_away(setup)
    if any(_opened(line, failed[-1]) for line in setup.logs):
        return None
    named = "cannot look the edge up" if "lookup" in failed[-1].text else "gets no answer on port 7844"
    return Finding(
        summary=f"cloudflared {named}, so the tunnel is not open and the name gives 530 (1033)",
        fix=Fix("let 7844 out, UDP for QUIC, TCP for `--protocol http2`; mend the host's name server if the edge "
                "cannot be looked up", "nc -vz region1.v2.argotunnel.com 7844"),
        evidence=at(failed[-1].at, failed[0].at),
    )  # fmt: skip


def _agent_away(setup: Setup) -> Finding | None:
    """ngrok's own page for a name behind which no agent is connected."""
    for one in setup.exchanges:
        if AWAY in one.body or one.headers.get("ngrok-error-code") == AWAY:
            return Finding(
                summary=f"no agent of ngrok's is connected for that name ({AWAY}): the tunnel is not open",
                fix=Fix("start the agent, with that very domain", "ngrok http 18789 --url https://YOUR-NAME"),
                evidence=at(one.at),
                observed=True,
            )
    return None


def _opened(line: LogLine, failed: LogLine) -> bool:
    """One of its four connections is enough, whichever came first."""
    return REGISTERED.search(line.text) is not None and line.at.source == failed.at.source


CAUSE = Cause(
    slug="tunnel-edge-unreachable",
    title="cloudflared reaches Cloudflare's edge",
    layer=Layer.HOST,
    hop=Hop.PROXY,
    symptoms=(Symptom.UNAVAILABLE, Symptom.BAD_GATEWAY, Symptom.TIMEOUT),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
    explains=frozenset({"cloudflare-origin-error", "tunnel-target-wrong", "container-dns-broken"}),
)
