"""Caddy may not write where it keeps its certificates, so it orders none."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"failed storage check: .*?(?P<act>\w+) (?P<path>/\S+): (?P<why>permission denied|read-only file system)|"
    r"(?P<did>mkdir|open|rename|chmod) (?P<at>/(?:\S*/)?(?:data|share)/caddy\S*): (?P<so>permission denied|"
    r"read-only file system)"
)
"""Not of its autosave below /config: without that it only warns."""
OBTAINED = r"certificate obtained successfully"


def judge(setup: Setup) -> Finding | None:
    said = list(setup.said(WORDS, Speaker.CADDY))
    if not said:
        return None
    line, match = said[-1]
    if any(_later(later.at.line, line.at.line) for later, _ in setup.said(OBTAINED, Speaker.CADDY)
           if later.at.source == line.at.source):  # fmt: skip
        return None
    path, why = match["path"] or match["at"], match["why"] or match["so"]
    owners = [service.at for service in setup.services() if service.user and "caddy" in service.name]
    return Finding(
        summary=f"Caddy may not write {path} ({why}), so it can keep no certificate and asks for none",
        fix=Fix("a volume of its own at /data that belongs to the user whom Caddy runs as; tmpfs loses the "
                "certificates with the container", "docker compose exec caddy ls -ldn /data /data/caddy"),
        evidence=at(line.at, *owners[:1]),
    )  # fmt: skip


def _later(one: int | None, other: int | None) -> bool:
    return (one or 0) > (other or 0)


CAUSE = Cause(
    slug="caddy-data-not-writable",
    title="Caddy may write where it keeps certificates",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.NO_CERTIFICATE, Symptom.TLS),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"no-certificate-for-site"}),
)
