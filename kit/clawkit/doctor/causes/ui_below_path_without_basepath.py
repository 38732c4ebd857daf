"""The UI is served below a path of which OpenClaw was not told: its modules are asked for at the root."""

from __future__ import annotations

from collections.abc import Iterator

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.visit import ASSET, Visit, http_links, page_links, path_up, prefix_of, reaches_gateway, visits
from clawkit.doctor.ways import is_beside


def judge(setup: Setup) -> Finding | None:
    for visit, link in _below(setup):
        gateway = visit.gateway
        answer = visit.answer("/" + ASSET)
        if answer is not None and reaches_gateway(setup, *answer):
            continue
        if (gateway is None or not gateway.has_config) and path_up(link.route, visit.base) == visit.base:
            continue  # right if OpenClaw was told, and its configuration was not given
        base = visit.base.rstrip("/")
        return Finding(
            summary=f"the UI is served below {base} ({link.route.at}), but gateway.controlUi.basePath is not set: "
            f"the page asks for /{ASSET.split('/')[0]}/… at the root, which leads elsewhere",
            fix=Fix(f'"controlUi": {{"basePath": "{base}"}} under gateway, and pass {base} on unchanged; '
                    "or give OpenClaw a name of its own"),
            evidence=at(link.route.at, link.upstream.at, *([gateway.at] if gateway else [])),
        )  # fmt: skip
    return _in_a_piece(setup)


def _in_a_piece(setup: Setup) -> Finding | None:
    """A location alone, for the inside of a server that was not given (SWAG's subfolder files)."""
    for link in http_links(setup):
        base, gateway = prefix_of(link), link.gateway
        if link.site.listeners or not base or is_beside(base) or gateway is None or not gateway.has_config:
            continue
        if not (gateway.base_path and gateway.base_path.value.strip("/")):
            return Finding(
                summary=f"the UI is served below {base} ({link.route.at}), but gateway.controlUi.basePath is not set: "
                f"the page asks for /{ASSET.split('/')[0]}/… at the root",
                fix=Fix(f'"controlUi": {{"basePath": "{base}"}} under gateway, and pass {base} on unchanged; '
                        "or give OpenClaw a name of its own"),
                evidence=at(link.route.at, link.upstream.at, gateway.at),
            )  # fmt: skip
    return None


def _below(setup: Setup) -> Iterator[tuple[Visit, Link]]:
    for visit in visits(setup):
        told = visit.gateway.base_path if visit.gateway else None
        if visit.base == "/" or (told and told.value.strip("/")):
            continue
        yield from ((visit, link) for link in page_links(setup) if link.route is visit.page)


CAUSE = Cause(
    slug="ui-below-path-without-basepath",
    title="OpenClaw knows the path below which it is served",
    layer=Layer.GATEWAY,
    hop=Hop.PROXY,
    symptoms=(Symptom.BLANK, Symptom.NOT_FOUND, Symptom.WS_CUT),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"request-path-rewritten", "assets-not-proxied"}),
)
