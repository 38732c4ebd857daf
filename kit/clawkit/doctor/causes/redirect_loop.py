"""The proxy redirects the browser to where it already is."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.hops import Address, chain
from clawkit.doctor.links import behind, published_as, sites
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.route import Redirect, Route
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.origins import PLAIN, TLS
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import is_concrete, visits


def judge(setup: Setup) -> Finding | None:
    for visit in visits(setup):
        if not visit.host:
            continue
        start = Address(visit.tls, visit.host, visit.port, visit.base)
        steps = list(chain(visit.proxy, start, has_front(setup, visit.proxy)))
        seen = [start]
        for here, step, there in steps:
            if there in seen:
                return Finding(
                    summary=f"{here} is redirected to {there} by {step.at}"
                    + (" itself" if here == there else ", which leads back")
                    + ": the browser gives up with too many redirects",
                    fix=Fix(_line(here, step), reload(visit.proxy)),
                    evidence=at(*(each.at for _, each, _ in steps[:3]), visit.site.at),
                )
            seen.append(there)
    return _through_a_front(setup)


def _through_a_front(setup: Setup) -> Finding | None:
    """TLS ends in front, and the proxy behind is asked by plain http and sends every visitor to https: back to the
    front."""
    for front, site in sites(setup):
        for route in site.routes if site.serves_tls else ():
            for target in route.upstream.targets if route.upstream else ():
                back = behind(setup, front, target)
                name = next((one.value for one in site.names if is_concrete(one.value)), "")
                if back is None or target.scheme != "http" or not name or not _keeps_host(front, route, name):
                    continue
                port = published_as(setup, back, target) or target.effective_port or PLAIN
                here = Address(False, name, port, "/")
                first = next(iter(chain(back, here, True)), None)
                if first is not None and first[2].tls and first[2].host == name:
                    return Finding(
                        summary=f"{front.kind.value} asks {target} by plain http for {name}, and {first[1].at} sends "
                        "the browser to https, which comes back the same way: too many redirects",
                        fix=Fix(f"https://{target.host}:{TLS} at {target.at}, or no redirect for what comes from "
                                f"{front.kind.value}", reload(front)),
                        evidence=at(target.at, first[1].at),
                    )  # fmt: skip
    return None


def _keeps_host(front: Proxy, route: Route, name: str) -> bool:
    """The proxy behind is asked for the name that the browser asked for."""
    sent = route.headers_up.get("host")
    if sent is None:
        return front.kind is not ProxyKind.NGINX
    return sent.value.strip("\"'") in ("$host", "$http_host", "{host}", "{http.request.host}", name)


def _line(here: Address, step: Redirect) -> str:
    if here.tls and step.condition:
        return f"take the condition at {step.at} out: nobody in front of this site sets that header"
    if here.tls:
        return f"move {step.at} into the site on port {PLAIN} (the one without TLS), out of the one on {TLS}"
    return f"take {step.at} out"


CAUSE = Cause(
    slug="redirect-loop",
    title="the redirects come to an end",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.REDIRECT_LOOP,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"page-not-proxied"}),
)
