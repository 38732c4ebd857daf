"""The gateway's process went away while a request was under way."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.ending import ended
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Reach, links
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import namespace_of
from clawkit.doctor.reachable import gateway_service
from clawkit.doctor.witness import failures

HOSTS = (Reach.LOOPBACK, Reach.HOST_ALIAS)


def judge(setup: Setup) -> Finding | None:
    closed = [failure for failure in failures(setup, FailureKind.CLOSED) if failure.upstream]
    if not closed or _other_reason(setup):
        return None
    end = ended(setup, closed)
    if end is None and any(link.upstream.keepalive for link in links(setup)):
        return None  # a pool outlives the gateway's idle sockets: then this line proves no crash
    words = end[0] if end else "its process crashed, was killed or was restarted"
    return Finding(
        summary=f"the gateway at {closed[-1].upstream} closed the connection in the middle of a request: {words}",
        fix=Fix("find why it ended (exit code, restarts, memory) and give it time to finish: stop_grace_period: 330s",
                "docker inspect -f '{{.State.ExitCode}} {{.State.OOMKilled}} {{.RestartCount}}' openclaw"),
        evidence=at(closed[-1].at, *([end[1]] if end else [])),
        observed=True,
    )  # fmt: skip


def _other_reason(setup: Setup) -> bool:
    """Another protocol than the gateway's makes it close each connection at once."""
    for link in links(setup):
        tls = bool(link.gateway and link.gateway.tls and link.gateway.tls.value)
        if tls != (link.target.scheme == "https") or link.upstream.sends_proxy_protocol:
            return True
        service = gateway_service(setup, link)
        ports = namespace_of(setup, service).ports if service and link.reach in HOSTS else ()
        led = [port.target for port in ports if port.published == link.target.effective_port]
        if link.gateway is not None and led and link.gateway.effective_port not in led:
            return True  # Docker's proxy takes the connection and finds nobody behind it
        if link.gateway is not None and link.target.effective_port not in (link.gateway.effective_port, None):
            return True
    return not setup.proxies and any(one.tls is not None and one.tls.value for one in setup.gateways)


CAUSE = Cause(
    slug="upstream-closed-mid-request",
    title="the gateway stays up during requests",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.CUT, Symptom.WS_CUT),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
