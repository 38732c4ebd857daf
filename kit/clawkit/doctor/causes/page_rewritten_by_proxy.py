"""The proxy edits the page on its way: OpenClaw's policy knows its scripts by their hashes."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import page_links


def judge(setup: Setup) -> Finding | None:
    for link in page_links(setup):
        edits = link.route.sub_filters
        if not edits:
            continue
        return Finding(
            summary=f"{edits[0].at} edits OpenClaw's page: an inserted script is refused by the page's own policy, "
            "and an edited address of a module leads nowhere",
            fix=Fix(
                f"take {edits[0].at} out; for a path of its own set gateway.controlUi.basePath", reload(link.proxy)
            ),
            evidence=at(*(edit.at for edit in edits[:3]), link.route.at),
            severity=Severity.WARNING,
        )
    return None


CAUSE = Cause(
    slug="page-rewritten-by-proxy",
    title="the page reaches the browser as OpenClaw wrote it",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.BLANK,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
