"""Caddy's server time-out for writing counts from the request: an answer that comes later is thrown away.

Measured with 2.11.7: with `write 2s` an answer after 4 s arrives as an empty reply; WebSockets are not touched.
"""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import Link
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.span import seconds
from clawkit.doctor.visit import page_links

OPTION = "servers timeouts write"
LONG_ANSWER = 180.0
CUT = ("empty", "reset")


def judge(setup: Setup) -> Finding | None:
    for link in page_links(setup):
        line = link.proxy.options.get(OPTION)
        limit = seconds(line.value) if line is not None and link.proxy.kind is ProxyKind.CADDY else None
        if line is None or limit is None or not 0 < limit <= LONG_ANSWER:
            continue
        seen = _cut(setup, limit)
        if seen or _long_answers(link):
            return _finding(link, line, seen)
    return None


def _finding(link: Link, line: Value[str], seen: tuple[Place, ...]) -> Finding:
    return Finding(
        summary=f"the write time-out of {line.value} at {line.at} counts from the request on: "
        "a model's answer that takes longer is thrown away, and the client gets an empty reply",
        fix=Fix(f"take {line.at} out", reload(link.proxy)),
        evidence=at(line.at, *seen[:1]),
        severity=Severity.ERROR if seen else Severity.WARNING,
    )


def _long_answers(link: Link) -> bool:
    api = link.gateway.chat_api if link.gateway else None
    return api is not None and api.value


def _cut(setup: Setup, limit: float) -> tuple[Place, ...]:
    return tuple(
        exchange.at
        for exchange in setup.exchanges
        if exchange.error in CUT and exchange.vantage is not Vantage.DIRECT and not exchange.upgrade
        and (exchange.elapsed is None or exchange.elapsed >= limit)
    )  # fmt: skip


CAUSE = Cause(
    slug="caddy-write-timeout-cuts-answers",
    title="Caddy lets answers take their time",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.CUT,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
