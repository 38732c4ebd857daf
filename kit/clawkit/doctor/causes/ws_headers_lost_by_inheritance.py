"""nginx drops every inherited proxy_set_header of a location that has one of its own, the upgrade's among them."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.fronts import fronts
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.sent import HANDSHAKE, sent
from clawkit.doctor.visit import socket_links


def judge(setup: Setup) -> Finding | None:
    for link in (*fronts(setup), *socket_links(setup)):
        lost = link.route.headers_lost
        upgrade, connection = sent(link, "upgrade", HANDSHAKE), sent(link, "connection", HANDSHAKE)
        missing = [name for name, value in (("upgrade", upgrade), ("connection", connection))
                   if name in lost and name not in link.route.headers_up and "upgrade" not in value.lower()
                   and value != "websocket"]  # fmt: skip
        if not missing:
            continue
        own = next(iter(link.route.headers_up.values()), None)
        names = " and ".join(name.title() for name in missing)
        return Finding(
            summary=f"{names} from {lost[missing[0]].at} "
            + f"{'do' if len(missing) > 1 else 'does'} not reach the location at {link.route.at}: "
            + "it sets a header of its own, and then nginx inherits none",
            fix=Fix(
                "repeat every proxy_set_header in that location (or move all of them into one include)",
                reload(link.proxy),
            ),
            evidence=at(*(lost[name].at for name in missing), link.route.at, *([own.at] if own else [])),
        )
    return None


CAUSE = Cause(
    slug="ws-headers-lost-by-inheritance",
    title="the WebSocket headers set above the location are in force in it",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WS_CUT,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"ws-upgrade-headers-missing", "ws-connection-header-blank", "no-xff-sent"}),
)
