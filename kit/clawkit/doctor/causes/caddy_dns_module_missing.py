"""The Caddyfile needs a module that the official image lacks, most often a DNS provider."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import ours

WORDS = r"module not registered: ([\w.-]+)|getting module named '([\w.-]+)'"
STOCK = re.compile(r"^(?:(?:[\w.-]+/)?library/)?caddy(?::[\w.-]+)?(?:@.*)?$")
"""The official image; others are built with what somebody needed."""
XCADDY = "github.com/caddy-dns/{name}"


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, WORDS, Speaker.CADDY)
    for proxy in ours(setup, ProxyKind.CADDY):
        service = setup.service(proxy.service) if proxy.service else None
        stock = service is not None and service.image is not None and service.built is None
        image = service.image if service else None
        gone = _gone_at_its_file(setup, proxy)
        for module in proxy.modules:
            if stock and image is not None and STOCK.match(image.value):
                return _finding(module.value, module.at, image.at, *([said[0].at] if said else []))
            if gone and said is None:
                return _finding(module.value, module.at, *gone)
    if said is None:
        return None
    return _finding(said[1][1] or said[1][2], said[0].at)


def _gone_at_its_file(setup: Setup, proxy: Proxy) -> tuple[Place, ...]:
    """Some builds of Caddy end without a word after they have named the file that they cannot use (2.11.7)."""
    container = setup.container(proxy.service)
    named = last_words(setup, "using config from file", Speaker.CADDY)
    return (container.at, named[0].at) if container and not container.running and named else ()


def _finding(module: str, *places: Place) -> Finding:
    name = module.rsplit(".", 1)[-1]
    source = XCADDY.format(name=name) if module.startswith("dns.") else f"<the module of {module}>"
    return Finding(
        summary=f"Caddy does not start: its image has no module {module}",
        fix=Fix(f"build the image with `xcaddy build --with {source}` (or take the line out and use the HTTP "
        "challenge)",
                "docker compose build --pull caddy && docker compose up -d"),
        evidence=at(*places),
    )  # fmt: skip


CAUSE = Cause(
    slug="caddy-dns-module-missing",
    title="Caddy has the modules that its file names",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING, Symptom.NO_CERTIFICATE),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"proxy-not-running", "caddyfile-refused"}),
)
