"""An nginx that runs on the host asks Docker's name server, which exists inside containers only."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.model.proxy import Where
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

DOCKER = "127.0.0.11"
REFUSED = r"\(111: Connection refused\) while resolving, resolver: 127\.0\.0\.11:53"


def judge(setup: Setup) -> Finding | None:
    refused = [
        f.at for f in setup.failed(FailureKind.RESOLVER_DOWN, FailureKind.REFUSED) if f"resolver: {DOCKER}" in f.at.text
    ]
    for proxy in setup.proxies:
        asks = proxy.resolver is not None and any(one.split(":")[0] == DOCKER for one in proxy.resolver.value)
        on_host = proxy.where is Where.HOST or (proxy.where is Where.UNKNOWN and refused)
        if asks and on_host and proxy.resolver is not None:
            return Finding(
                summary=f"{proxy.kind.value} runs on the host and asks {DOCKER}, Docker's name server, which answers "
                "inside containers only",
                fix=Fix(
                    "use the published port instead of the container's name: proxy_pass http://127.0.0.1:18789; "
                    "and drop the resolver line",
                    reload(proxy),
                ),
                evidence=at(proxy.resolver.at, *refused[:2]),
            )
    return _unconfigured(setup)


def _unconfigured(setup: Setup) -> Finding | None:
    """Inside the containers of a network of one's own that address always listens: a refusal says enough."""
    said = last_words(setup, REFUSED, Speaker.NGINX)
    if said is None or setup.proxies:
        return None
    return Finding(
        summary=f"nothing answers at {DOCKER}, Docker's name server, where nginx runs: on the host, or in a container "
        "of Docker's own bridge, there is none",
        fix=Fix(
            "on the host: proxy_pass http://127.0.0.1:18789; without a resolver. In a container: a network of its own "
            "for both (docker network create)",
            "nginx -T | grep -nE 'resolver|proxy_pass'",
        ),
        evidence=at(said[0].at),
    )


CAUSE = Cause(
    slug="docker-resolver-on-host-nginx",
    title="the name server that nginx asks exists where nginx runs",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"upstream-name-unknown", "service-name-outside-its-network"}),
)
