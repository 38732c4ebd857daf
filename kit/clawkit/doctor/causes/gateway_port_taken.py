"""A program that is no gateway has the gateway's port."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words, of_status
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.setup import Part, Setup

WORDS = r"already listening on \S*?:(\d+)|EADDRINUSE\b.*?:(\d+)|[Pp]ort (\d+) is already in use"


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    if found is None or of_status(setup, found[0]):
        return None
    line, match = found
    port = next((int(group) for group in match.groups() if group), DEFAULT_PORT)
    holder = next((one for one in setup.host.sockets if one.port == port and one.process), None)
    if holder is None:
        return None
    return Finding(
        summary=f"the gateway does not start: {holder.process} (pid {holder.pid}) has its port {port}",
        fix=Fix(f"stop {holder.process}, or give the gateway another port and the proxy the same one",
                f"sudo ss -ltnp 'sport = :{port}'"),
        evidence=at(line.at, holder.at),
    )  # fmt: skip


CAUSE = Cause(
    slug="gateway-port-taken",
    title="the gateway's port is free",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running"}),
)
