"""The engine cannot reach the registry that it is to get an image from."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import engine_words
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import gateways

WORDS = (
    r'(?:Get|Head) \\?"https?://(?P<host>[^/"]+)/(?:v2|token)/?[^"]*": (?P<why>.*(?:dial tcp|i/o timeout|'
    r"TLS handshake timeout|context deadline exceeded|request canceled|EOF|connection reset|unknown authority|"
    r"proxyconnect).*)"
)
"""Docker's and Podman's: both are Go programs."""
NO_NAME = re.compile(r"lookup \S+")
DISTRUSTED = re.compile(r"x509|unknown authority")


def judge(setup: Setup) -> Finding | None:
    found = engine_words(setup, WORDS)
    if found is None or any(container.running for container in gateways(setup)):
        return None  # what runs needs no image; what is pulled beside it is another thing
    place, match = found
    host, why = match["host"], match["why"]
    return Finding(
        summary=f"the engine gets no image: {host} {_what(why)}",
        fix=Fix("let the host's engine out to it (name server, firewall, the company's proxy in Docker's own "
                "settings), or carry the image over: docker save and docker load",
                f"curl -sSI -m 10 https://{host}/v2/"),
        evidence=at(place),
    )  # fmt: skip


def _what(why: str) -> str:
    if NO_NAME.search(why):
        return "cannot be looked up on this host"
    if DISTRUSTED.search(why):
        return "shows a certificate that this host does not trust: something on the way opens the connection"
    return "does not answer"


CAUSE = Cause(
    slug="registry-unreachable",
    title="the engine reaches the registry",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING, Symptom.REFUSED),
    looks_at=looks_at(Part.LOGS, Part.CONTAINERS),
    judge=judge,
    explains=frozenset(
        {"image-not-found", "gateway-not-running", "proxy-not-running", "upstream-name-unknown", "container-dns-broken"}
    ),
)
