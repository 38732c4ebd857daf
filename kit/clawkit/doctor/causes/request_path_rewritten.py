"""The gateway is asked for another path than the browser named."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import ASSET, page_links, path_up

NGINX_REWRITE = re.compile(r"^(?:rewrite\s+)?(\S+)\s+(\S+?)(?:\s+(break|last|redirect|permanent))?;?$")


def judge(setup: Setup) -> Finding | None:
    asked = "/" + ASSET
    for link in page_links(setup):
        if link.route.match.path.rstrip("*/") not in ("", "~", "^", "^/"):
            continue  # below a path that is the business of the base path
        line, arrives = _arriving(link, asked)
        if line is None or arrives is None or arrives.split("?")[0] == asked:
            continue
        return Finding(
            summary=f"{line.at} changes the path: {asked} reaches OpenClaw as {arrives}, so the page stays blank",
            fix=Fix(f"take it out: the path must reach OpenClaw unchanged ({line.at})", reload(link.proxy)),
            evidence=at(line.at, link.route.at),
        )
    return None


def _arriving(link: Link, asked: str) -> tuple[Value[str] | None, str | None]:
    rewrite = link.route.rewrite
    if rewrite is not None:
        nginx = link.proxy.kind is ProxyKind.NGINX
        return rewrite, _by_nginx(rewrite.value, asked) if nginx else _by_caddy(rewrite.value, asked)
    return link.route.strip_prefix or link.upstream.uri, path_up(link.route, asked)


def _by_nginx(text: str, asked: str) -> str | None:
    found = NGINX_REWRITE.match(text.strip())
    if found is None or found[3] in ("redirect", "permanent", "last"):
        return None
    try:
        pattern = re.compile(found[1].strip("\"'"))
    except re.error:
        return None
    if not pattern.search(asked):
        return asked
    target = re.sub(r"\$(\d)", r"\\g<\1>", found[2])
    match = pattern.search(asked)
    return None if "$" in target or match is None else match.expand(target)


def _by_caddy(text: str, asked: str) -> str | None:
    """`rewrite * /index.html`, `uri replace …`: only a plain target without a placeholder is certain."""
    words = text.split()
    target = words[-1] if words else ""
    if words[:1] == ["uri"] or not target.startswith("/"):
        return None
    if "{" not in target:
        return target
    return target.replace("{uri}", asked).replace("{path}", asked) if re.search(r"\{(uri|path)\}", target) else None


CAUSE = Cause(
    slug="request-path-rewritten",
    title="the requested path reaches the gateway unchanged",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.BLANK, Symptom.NOT_FOUND),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
