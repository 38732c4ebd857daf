"""The request's cookies or address are larger than the proxy reads."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.witness import answers

WORDS = r"client sent too (long (header line|URI)|large request)"
PAGES = ("request header or cookie too large", "request-uri too large")


def judge(setup: Setup) -> Finding | None:
    seen = _seen(setup)
    if not seen:
        return None
    ours = sites(setup)
    line = next((value for _, site in ours for route in site.routes
                 if (value := route.settings.get("large_client_header_buffers"))), None)  # fmt: skip
    return Finding(
        summary="the browser's request header is larger than nginx reads "
        f"(large_client_header_buffers {line.value if line else '4 8k, the default'}), so it answers 400 or 414",
        fix=Fix(
            "large_client_header_buffers 4 32k; in http or in the default server; and delete this site's cookies",
            reload(ours[0][0]) if ours else "nginx -t && nginx -s reload",
        ),
        evidence=at(*seen[:2], *([line.at] if line else [])),
    )


def _seen(setup: Setup) -> tuple[Place, ...]:
    logged = tuple(line.at for line, _ in setup.said(WORDS, Speaker.NGINX))
    pages = (each for each in answers(setup, 400, 414, 431) if any(word in each.body.lower() for word in PAGES))
    return logged + tuple(exchange.at for exchange in pages)


CAUSE = Cause(
    slug="request-header-too-large",
    title="the browser's headers fit into the proxy's buffer",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.BAD_REQUEST,),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
)
