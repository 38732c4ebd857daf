"""The gateway speaks TLS itself, and the proxy speaks plain HTTP to it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import links
from clawkit.doctor.logged import logged
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        tls = link.gateway.tls if link.gateway else None
        if tls is not None and tls.value and link.target.scheme == "http":
            return Finding(
                summary=f"the gateway speaks TLS only (gateway.tls.enabled), and {link.proxy.kind.value} speaks plain "
                f"HTTP to {link.target}",
                fix=Fix(
                    '"tls": {"enabled": false} under gateway: TLS ends at the proxy; or https:// in '
                    f"{link.target.at}",
                    reload(link.proxy),
                ),
                evidence=at(tls.at, link.target.at),
            )
    return _from_log(setup)


def _from_log(setup: Setup) -> Finding | None:
    """Such a gateway closes each plain request at once."""
    closed = [each for each in logged(setup, FailureKind.CLOSED) if '"https:' not in each.at.text]
    for gateway in setup.gateways if closed else ():
        if gateway.tls is not None and gateway.tls.value:
            return Finding(
                summary="the gateway speaks TLS only (gateway.tls.enabled), and the proxy speaks plain HTTP to "
                f"{closed[-1].upstream}",
                fix=Fix('"tls": {"enabled": false} under gateway: TLS ends at the proxy', "openclaw gateway restart"),
                evidence=at(gateway.tls.at, closed[-1].at),
            )
    return None


CAUSE = Cause(
    slug="gateway-tls-on-behind-http-proxy",
    title="proxy and gateway speak the same protocol",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.GATEWAY),
    judge=judge,
)
