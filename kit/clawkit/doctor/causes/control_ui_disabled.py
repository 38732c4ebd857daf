"""gateway.controlUi.enabled is false, so there is no page to open."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.witness import path_of


def judge(setup: Setup) -> Finding | None:
    for gateway in setup.gateways:
        if gateway.ui_enabled is None or gateway.ui_enabled.value:
            continue
        base = gateway.base_path.value if gateway.base_path else ""
        seen = [each.at for each in setup.exchanges if _missing(each, base)]
        headless = gateway.chat_api is not None and gateway.chat_api.value
        if seen or not headless:
            return Finding(
                summary="gateway.controlUi.enabled is false: the page is answered with 404 while /healthz says 200",
                fix=Fix('"enabled": true under gateway.controlUi, or take the line out'),
                evidence=at(gateway.ui_enabled.at, *seen[:1]),
            )
    return None


def _missing(exchange: Exchange, base: str) -> bool:
    return exchange.status in (404, 503) and path_of(exchange).rstrip("/") in ("", base) and not exchange.upgrade


CAUSE = Cause(
    slug="control-ui-disabled",
    title="the gateway serves its page",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.NOT_FOUND,
        Symptom.WRONG_SITE,
    ),
    looks_at=looks_at(Part.GATEWAY),
    judge=judge,
)
