"""A load balancer's health check is refused, so it takes the target out."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

ASKED = (
    r'"(?:GET|HEAD) (\S+) HTTP/[\d.]+" (4\d\d)\b.*(ELB-HealthChecker|GoogleHC|Amazon-Route53-Health|'
    r"Azure Traffic|HAProxy|UptimeRobot|Uptime-Kuma|kube-probe)"
)


def judge(setup: Setup) -> Finding | None:
    for line, match in setup.said(ASKED, Speaker.ACCESS):
        return Finding(
            summary=f"{match[3]} asks {match[1]} and gets {match[2]}, so it holds the target for down",
            fix=Fix("/healthz as path of the health check: it needs no login and no client address"),
            evidence=at(line.at),
            observed=True,
        )
    return None


CAUSE = Cause(
    slug="load-balancer-health-check-refused",
    title="health checks from outside are answered",
    layer=Layer.CLIENT,
    hop=Hop.PROXY,
    symptoms=(Symptom.UNAVAILABLE,),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
