"""Docker was told to leave the host's packet filter alone, and without its rules containers have no way out."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.public import is_public

OUTWARD = r"dial tcp (?:[\d.]+|\[[0-9a-f:]+\]):\d+: (?:i/o timeout|connect: (?:connection timed out|no route))|" + (
    r"127\.0\.0\.11:53: (?:i/o timeout|server misbehaving)|ETIMEDOUT|EAI_AGAIN"
)
OFF = re.compile(r"false", re.IGNORECASE)


def judge(setup: Setup) -> Finding | None:
    told = setup.host.engine.get("iptables")
    if told is None or not OFF.fullmatch(told.value):
        return None
    seen = _seen(setup)
    return Finding(
        summary="daemon.json tells Docker to write no packet filter rules (iptables: false), so nothing translates the "
        "containers' addresses: they reach no authority, no model and no other network",
        fix=Fix(f"take the line at {told.at} out, or write those rules yourself (masquerade, forward)",
                "sudo systemctl restart docker"),
        evidence=at(told.at, *seen[:1]),
        severity=Severity.ERROR if seen else Severity.WARNING,
    )  # fmt: skip


def _seen(setup: Setup) -> list[Place]:
    """Who filters by hand may have written the rules; something that found no way out shows that they are not there."""
    said = [line.at for line, _ in setup.said(OUTWARD, Speaker.CADDY, Speaker.GATEWAY, Speaker.ACME, Speaker.UNKNOWN)]
    said += [one.at for one in setup.exchanges if one.container and one.error in ("timeout", "unreachable")
             and is_public(urlsplit(one.url).hostname or "")]  # fmt: skip
    return said + [one.at for one in setup.failed(FailureKind.CONNECT_TIMEOUT, FailureKind.RESOLVER_DOWN)]


CAUSE = Cause(
    slug="docker-iptables-off",
    title="Docker may write its packet filter rules",
    layer=Layer.DOCKER,
    hop=Hop.PORT,
    symptoms=(Symptom.NO_CERTIFICATE, Symptom.GATEWAY_TIMEOUT, Symptom.TIMEOUT, Symptom.REQUEST_TIMEOUT),
    looks_at=looks_at(Part.HOST),
    judge=judge,
    explains=frozenset({"authority-unreachable", "container-dns-broken", "model-unreachable", "upstream-unreachable"}),
)
