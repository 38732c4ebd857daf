"""Name lookups fail inside the container because the name server behind Docker's own does not answer."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

BROKEN = (
    r"lookup (?P<name>[\w.-]+\.[a-z]{2,})\.? on [\d.:\[\]a-f]+:53: "
    r".*(?:i/o timeout|server misbehaving|connection refused)",
    r"(?P<name>[\w.-]+\.[a-z]{2,}) could not be resolved \((?:110: Operation timed out|2: Server failure)\)",
    r"(?:getaddrinfo|Could not resolve host:?|Temporary failure (?:in name resolution|resolving))"
    r".*?(?P<name>[\w-]+(?:\.[\w-]+)+)",
)
"""Names with a dot: a service's own name fails for other reasons. Go, nginx, and libc's EAI_AGAIN."""


def judge(setup: Setup) -> Finding | None:
    for pattern in BROKEN:
        for line, match in setup.said(
            pattern, Speaker.CADDY, Speaker.NGINX, Speaker.GATEWAY, Speaker.ACME, Speaker.UNKNOWN
        ):
            if "getaddrinfo" in pattern and not _again(line.text):
                continue
            own = [server for service in setup.services() for server in service.dns]
            return Finding(
                summary=f"inside the container {match['name']} cannot be looked up: the name server behind Docker's "
                "127.0.0.11 does not answer",
                fix=Fix("give the containers a name server that they reach: `dns: [9.9.9.9]` at the service, or "
                        '"dns" in /etc/docker/daemon.json; let the firewall pass port 53 from the bridges',
                        "docker compose up -d"),
                evidence=at(line.at, *(server.at for server in own)),
            )  # fmt: skip
    return None


def _again(text: str) -> bool:
    """ENOTFOUND is an answer; EAI_AGAIN is none."""
    return "EAI_AGAIN" in text or "Temporary failure" in text


CAUSE = Cause(
    slug="container-dns-broken",
    title="names are looked up inside the containers",
    layer=Layer.DOCKER,
    hop=Hop.DNS,
    symptoms=(
        Symptom.NO_CERTIFICATE,
        Symptom.BAD_GATEWAY,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
