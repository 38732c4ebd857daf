"""nginx repeats requests that are not safe to repeat: a message to the agent is run twice."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import http_links


def judge(setup: Setup) -> Finding | None:
    for link in http_links(setup):
        line = link.route.settings.get("proxy_next_upstream")
        several = len([target for target in link.upstream.targets if not target.down]) > 1
        if link.proxy.kind is not ProxyKind.NGINX or line is None or not several:
            continue
        if "non_idempotent" not in line.value.split():
            continue
        return Finding(
            summary=f"{line.at} makes nginx repeat a POST at the next server: a run that fails late is started twice",
            fix=Fix("proxy_next_upstream error timeout; (without non_idempotent)", reload(link.proxy)),
            evidence=at(line.at, *(target.at for target in link.upstream.targets)),
            severity=Severity.WARNING,
        )
    return None


CAUSE = Cause(
    slug="post-sent-twice",
    title="a message is sent to the gateway once",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.CUT,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
