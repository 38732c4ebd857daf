"""The proxy puts pages of its own in place of the gateway's error answers."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import Link
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import page_links

MEANT_BY_GATEWAY = {"400", "401", "403", "404", "405", "408", "409", "413", "422", "429", "502", "503"}
"""Statuses with which OpenClaw says in JSON what is wrong (2026.9.6)."""


def judge(setup: Setup) -> Finding | None:
    for link in page_links(setup):
        on = link.route.intercepts_errors
        hidden = [page for page in link.route.error_pages if MEANT_BY_GATEWAY & set(page.value.split())]
        masked = [page for page in hidden if _masks(page)]
        if on is None or not on.value or not masked:
            continue
        statuses = sorted(MEANT_BY_GATEWAY & set(" ".join(page.value for page in hidden).split()))
        return Finding(
            summary=f"{on.at} hides OpenClaw's own words for {', '.join(statuses)}"
            f", and {masked[0].at} turns them into a success",
            fix=Fix(_line(link), reload(link.proxy)),
            evidence=at(on.at, *(page.at for page in hidden[:3])),
            severity=Severity.WARNING,
        )
    return None


def _masks(page: Value[str]) -> bool:
    """`error_page 401 =200 /x` makes a refusal look like an answer; the UI takes it for JSON."""
    refusals = {"401", "403", "429"} & set(page.value.split())
    return bool(refusals) and re.search(r"=\s*(200|302|301)\b", page.value) is not None


def _line(link: Link) -> str:
    return f"proxy_intercept_errors off; in the location at {link.route.at}"


CAUSE = Cause(
    slug="errors-intercepted",
    title="the gateway's error answers reach the client",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WRONG_SITE,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
