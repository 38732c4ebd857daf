"""proxy_pass with a variable and a path: nginx sends that path for every request."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import ui_links, with_variable


def judge(setup: Setup) -> Finding | None:
    for link in ui_links(setup):
        if _doubled(link) and link.upstream.uri is not None:
            return Finding(
                summary=f"proxy_pass at {link.upstream.at} ends with {link.upstream.uri.value}, and $request_uri and "
                "$uri begin with a slash themselves: OpenClaw is asked for //… and the UI's modules are not found",
                fix=Fix(f"no slash before the variable, or proxy_pass http://{link.target}; without any path",
                        reload(link.proxy)),
                evidence=at(link.upstream.at, link.route.at),
            )  # fmt: skip
        if not _fixed(link):
            continue
        uri = link.upstream.uri.value if link.upstream.uri else ""
        return Finding(
            summary=f"proxy_pass at {link.upstream.at} has a variable and the path {uri}, so nginx asks OpenClaw for "
            f"{uri} whatever was asked: the UI's modules arrive as HTML",
            fix=Fix(f"take {uri} off the end of proxy_pass at {link.upstream.at} (or append $request_uri)",
                    reload(link.proxy)),
            evidence=at(link.upstream.at, link.route.at),
        )  # fmt: skip
    return None


def _doubled(link: Link) -> bool:
    uri = link.upstream.uri.value if link.upstream.uri else ""
    again = uri.replace("{", "").startswith(("/$request_uri", "/$uri"))
    return link.proxy.kind is ProxyKind.NGINX and again


def _fixed(link: Link) -> bool:
    uri = link.upstream.uri
    if link.proxy.kind is not ProxyKind.NGINX or uri is None or not with_variable(link.upstream):
        return False
    return bool(uri.value) and "$" not in uri.value


CAUSE = Cause(
    slug="variable-upstream-with-uri",
    title="the requested path reaches the gateway",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.BLANK,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"request-path-rewritten", "basepath-but-prefix-stripped"}),
)
