"""A setting moved the gateway away from 18789, and the proxy still asks there."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, links
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reachable import gateway_service


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        moved = link.gateway.port if link.gateway else None
        if moved is None or moved.value == DEFAULT_PORT or link.reach in (Reach.NAME, Reach.SOCKET):
            continue
        if _asks_default(setup, link):
            return _finding(link, moved)
    return None


def _asks_default(setup: Setup, link: Link) -> bool:
    """Straight, or by a published port that still leads to 18789."""
    service = gateway_service(setup, link)
    asked = link.target.effective_port
    mapped = [port.target for port in service.ports if port.published == asked] if service else []
    straight = link.reach in (Reach.SERVICE, Reach.ADDRESS) or service is None or service.host_network
    return asked == DEFAULT_PORT if straight else bool(mapped) and all(port == DEFAULT_PORT for port in mapped)


def _finding(link: Link, moved: Value[int]) -> Finding:
    return Finding(
        summary=f"the gateway listens on {moved.value}, set in {moved.at}, and {link.proxy.kind.value} asks "
        f"{link.target}",
        fix=Fix(
            f"keep {DEFAULT_PORT} inside and move only the host's side of `ports:`; take {moved.value} out of "
            f"{moved.at}",
            "docker compose up -d",
        ),
        evidence=at(moved.at, link.target.at),
    )


CAUSE = Cause(
    slug="gateway-port-moved",
    title="the gateway listens on the port that the proxy asks",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.GATEWAY),
    judge=judge,
    explains=frozenset({"upstream-wrong-port", "gateway-published-wrong-port"}),
)
