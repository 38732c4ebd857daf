"""The proxy reads its routes from Docker by an API that this Docker no longer speaks, so it knows no container."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup

WORDS = r"client version (?P<ours>[\d.]+) is too old\. Minimum supported API version is (?P<least>[\d.]+)"
TRAEFIK = re.compile(r"providerName|traefik|Provider (?:connection )?error", re.IGNORECASE)
READERS = re.compile(r"docker-gen|dockergen|nginx-proxy|docker-proxy", re.IGNORECASE)
"""Others that make their routes from the containers; the word of a Docker command says nothing of the proxy."""
NEWER = {
    True: "image: traefik:v3.6.1 or later (2.11.31 of the second series)",
    False: "pull the newest image of it",
}


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.DOCKER, Speaker.PROXY)
    if found is None:
        return None
    line, match = found
    told = f"{line.at.source} {line.at.text}"
    traefik = TRAEFIK.search(told) is not None
    if not traefik and not READERS.search(told):
        return None
    who = "Traefik" if traefik else "the proxy"
    images = [proxy.at for proxy in setup.proxies if traefik and proxy.kind is ProxyKind.TRAEFIK and proxy.at.source]
    return Finding(
        summary=f"{who} asks Docker by API {match['ours']}, and this Docker speaks {match['least']} or later: it knows "
        "no container and no route",
        fix=Fix(
            f'{NEWER[traefik]}; until then "min-api-version": "{match["ours"]}" in /etc/docker/daemon.json',
            "docker compose pull && docker compose up -d",
        ),
        evidence=at(line.at, *images[:1]),
    )


CAUSE = Cause(
    slug="proxy-docker-client-too-old",
    title="the proxy and Docker speak one API",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.NOT_FOUND, Symptom.UNAVAILABLE, Symptom.TLS),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
