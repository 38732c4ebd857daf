"""The kernel passes no packets on, so nothing reaches a container from outside, and no container gets out."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup

SAID = r"IPv4 forwarding is disabled|net\.ipv4\.ip_forward ?= ?0\b"


def judge(setup: Setup) -> Finding | None:
    seen = [line.at for line, _ in setup.said(SAID)]
    if not seen:
        return None
    return Finding(
        summary="IPv4 forwarding is off on the host: published ports lead nowhere, and containers reach nobody",
        fix=Fix(
            "net.ipv4.ip_forward = 1 in /etc/sysctl.d/99-docker.conf, and nothing later that sets it back",
            "sysctl -w net.ipv4.ip_forward=1 && systemctl restart docker",
        ),
        evidence=at(*seen[:2]),
    )


CAUSE = Cause(
    slug="ip-forwarding-off",
    title="the host passes packets on to its containers",
    layer=Layer.HOST,
    hop=Hop.PORT,
    symptoms=(Symptom.TIMEOUT, Symptom.NO_CERTIFICATE),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"port80-filtered-acme-timeout", "container-dns-broken", "model-unreachable"}),
)
