"""A login in front (auth_request, forward_auth) turns the WebSocket away, or itself fails."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import visits
from clawkit.doctor.witness import answers

SAID = r"rejected websocket upgrade \(HTTP (?:30\d|40[13])\)|unexpected server response: (?:30\d|40[13])"
FAILED = r"auth request unexpected status: (\d+)"


def judge(setup: Setup) -> Finding | None:
    for visit in visits(setup):
        line = visit.page.forward_auth if visit.page else None
        seen = _seen(setup) if line is not None else None
        if line is None or seen is None:
            continue
        what, place = seen
        return Finding(
            summary=f"{line.at} asks {line.value} first, {what}",
            fix=Fix("exempt the WebSocket and clients that cannot log in, or let the login answer 2xx, 401 or 403 only",
                    reload(visit.proxy)),
            evidence=at(line.at, place),
        )  # fmt: skip
    return None


def _seen(setup: Setup) -> tuple[str, Place] | None:
    for line, match in setup.said(FAILED, Speaker.NGINX):
        return f"which answers {match[1]}: nginx takes that for a fault and gives 500", line.at
    for exchange in answers(setup, 301, 302, 303, 307, 401, 403):
        if exchange.upgrade:
            return f"so the WebSocket gets {exchange.status} in place of 101", exchange.at
    for place in heard(setup, SAID):
        return "so clients that are no browsers get its answer in place of the WebSocket", place
    return None


CAUSE = Cause(
    slug="login-blocks-websocket",
    title="the login in front lets the WebSocket through",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WS_CUT, Symptom.UNAUTHORIZED),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
