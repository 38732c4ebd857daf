"""OpenClaw expects its base path, and the proxy takes it off."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import page_links, path_up, visits


def judge(setup: Setup) -> Finding | None:
    for visit in visits(setup):
        told = visit.gateway.base_path if visit.gateway else None
        if told is None or not told.value.strip("/"):
            continue
        for link in page_links(setup):
            arrives = path_up(link.route, visit.base)
            if link.route is not visit.page or arrives is None or arrives.startswith(visit.base.rstrip("/")):
                continue
            taken = link.route.strip_prefix or link.upstream.uri
            return Finding(
                summary=f"gateway.controlUi.basePath is {told.value}, but {taken.at if taken else link.route.at} takes "
                f"it off: {visit.base} arrives as {arrives}, which OpenClaw answers with 503 Not Found",
                fix=Fix(_line(link), reload(link.proxy)),
                evidence=at(told.at, *([taken.at] if taken else []), link.route.at),
            )
    return None


def _line(link: Link) -> str:
    if link.proxy.kind is ProxyKind.NGINX and link.route.strip_prefix is None:
        return f"proxy_pass {link.target.scheme}://{link.target}; without a path, at {link.upstream.at}"
    if link.proxy.kind is ProxyKind.CADDY:
        return "handle in place of handle_path (or no uri strip_prefix), so that the path goes on unchanged"
    return "forward the path unchanged: no rewrite, no strip-prefix middleware"


CAUSE = Cause(
    slug="basepath-but-prefix-stripped",
    title="the gateway's base path reaches it",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.UNAVAILABLE, Symptom.NOT_FOUND),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"request-path-rewritten"}),
)
