"""The proxy speaks TLS to a gateway that speaks plain HTTP."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Reach, links
from clawkit.doctor.logged import logged
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

SECURE = ("https", "wss")


def judge(setup: Setup) -> Finding | None:
    failed = [
        f.at
        for f in setup.failed(FailureKind.TLS)
        if "wrong version number" in f.at.text or "first record does not look like" in f.at.text
    ]
    for link in links(setup):
        known_plain = (
            link.gateway is not None and link.gateway.has_config and not (link.gateway.tls and link.gateway.tls.value)
        )
        ours = link.reach in (Reach.SERVICE, Reach.LOOPBACK, Reach.HOST_ALIAS) or link.target.port == 18789
        if link.target.scheme in SECURE and (failed or (known_plain and ours)):
            return Finding(
                summary=f"{link.proxy.kind.value} speaks TLS to {link.target}, and the gateway there speaks plain HTTP",
                fix=Fix(f"http:// instead of {link.target.scheme}:// in {link.target.at}", reload(link.proxy)),
                evidence=at(link.target.at, *failed[:2]),
            )
    return _from_log(setup)


def _from_log(setup: Setup) -> Finding | None:
    for failure in logged(setup, FailureKind.TLS):
        if "wrong version number" in failure.at.text or "first record does not look like" in failure.at.text:
            return Finding(
                summary=f"the proxy speaks TLS to {failure.upstream}, and what answers there speaks plain HTTP",
                fix=Fix("http:// instead of https:// before the gateway's address in the proxy's configuration",
                        "nginx -T | grep -n proxy_pass"),
                evidence=at(failure.at),
            )  # fmt: skip
    return None


CAUSE = Cause(
    slug="upstream-tls-to-plain-gateway",
    title="the proxy speaks to the gateway as the gateway expects",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"upstream-wrong-port"}),
)
