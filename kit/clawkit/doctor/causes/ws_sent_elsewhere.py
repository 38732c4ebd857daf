"""A matcher picks the WebSocket out of the traffic and hands it to something that is not the gateway."""

from __future__ import annotations

from collections.abc import Iterator

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, sites
from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.model.route import Action, Route
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reachable import right_ports
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import http_links, leads_to_gateway, page_links


def judge(setup: Setup) -> Finding | None:
    for proxy, route, where in _strays(setup):
        pages = page_links(setup)
        right = str(pages[0].target) if pages else "the gateway"
        return Finding(
            summary=f"{route.at} takes the WebSocket out of the traffic and gives it to {where}, "
            f"while the page comes from {right}",
            fix=Fix(f"send it to {right} as well: one reverse_proxy without a matcher does both", reload(proxy)),
            evidence=at(route.at, *(link.target.at for link in pages[:1])),
        )
    return None


def _strays(setup: Setup) -> Iterator[tuple[Proxy, Route, str]]:
    for proxy, site in sites(setup):
        for route in site.routes:
            if not route.match.websocket:
                continue
            if route.action is not Action.PROXY or route.upstream is None:
                if route.action in (Action.RESPOND, Action.ABORT, Action.FILES):
                    yield proxy, route, f"a route of its own ({route.action.value})"
            elif not leads_to_gateway(setup, route):
                yield proxy, route, ", ".join(map(str, route.upstream.targets))
            else:
                yield from ((proxy, route, str(link.target)) for link in _ways(setup, route) if _off(setup, link))


def _ways(setup: Setup, route: Route) -> Iterator[Link]:
    yield from (link for link in http_links(setup) if link.route is route)


def _off(setup: Setup, link: Link) -> bool:
    """Another port of the gateway's host (18790 was an old version's bridge), while the page's own is right."""
    ports = right_ports(setup, link)
    pages = [page for page in page_links(setup) if page.route is not link.route]
    if ports is None or link.target.effective_port in ports.numbers or not pages:
        return False
    return pages[0].target.effective_port in ports.numbers


CAUSE = Cause(
    slug="ws-sent-elsewhere",
    title="the WebSocket goes where the page comes from",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WS_CUT,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
