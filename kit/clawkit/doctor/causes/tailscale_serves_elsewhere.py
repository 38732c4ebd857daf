"""What `tailscale serve` hands out leads to another port than the gateway's, into the wrong container, or nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.host import Served
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import same_namespace
from clawkit.doctor.programs import gateway_services

LOCAL = re.compile(r"(?:https?(?:\+insecure)?://)?(?:127\.0\.0\.1|localhost|\[::1\]):(?P<port>\d+)/?$")
MODES = ("serve", "funnel")


def judge(setup: Setup) -> Finding | None:
    return _own_loopback(setup) or _other_port(setup) or _nothing(setup)


def _own_loopback(setup: Setup) -> Finding | None:
    """Tailscale in a container of its own, with rules in TS_SERVE_CONFIG."""
    ours = gateway_services(setup)
    sidecar = next(_sidecars(setup), None)
    for served in setup.host.served if sidecar and ours else ():
        if LOCAL.match(served.target) and sidecar and not any(same_namespace(setup, sidecar, one) for one in ours):
            return Finding(
                summary=f"service {sidecar.name} serves {served.target}, which is its own container: the gateway runs "
                f"in {ours[0].name}",
                fix=Fix(f"network_mode: service:{sidecar.name} at {ours[0].name} (and its ports at {sidecar.name}), or "
                        f"http://{ours[0].name}:18789 in that file", "docker compose up -d"),
                evidence=at(served.at, sidecar.at, ours[0].at),
            )  # fmt: skip
    return None


def _sidecars(setup: Setup) -> Iterator[Service]:
    for service in setup.services():
        image = service.image.value if service.image else ""
        if "tailscale" in image and not service.host_network:
            yield service


def _other_port(setup: Setup) -> Finding | None:
    gateway = setup.gateways[0] if len(setup.gateways) == 1 and setup.gateways[0].has_config else None
    if gateway is None or next(_sidecars(setup), None) is not None:
        return None
    known = _known(setup, gateway)
    served = [(one, int(found["port"])) for one in setup.host.served if (found := LOCAL.match(one.target))]
    if any(port in known for _, port in served):
        return None
    for one, port in served:
        if one.path == "/" and (setup.host.sockets_known or not setup.proxies):
            return _leads(one, port, gateway)
    return None


def _known(setup: Setup, gateway: Gateway) -> set[int]:
    """Where it may rightly lead: the gateway, a proxy before it, a published port, or whatever listens there."""
    ports = {gateway.effective_port, *(socket.port for socket in setup.host.sockets)}
    ports |= {listener.port for proxy in setup.proxies for site in proxy.sites for listener in site.listeners}
    return ports | {port.published for service in setup.services() for port in service.ports if port.published}


def _leads(one: Served, port: int, gateway: Gateway) -> Finding:
    right = gateway.effective_port
    return Finding(
        summary=f"Tailscale hands {one.name or 'its name'} on to port {port}, and the gateway listens on {right}",
        fix=Fix(f"let it lead to {right}", f"tailscale serve reset && tailscale serve --bg {right}"),
        evidence=at(one.at, gateway.port.at if gateway.port else gateway.at),
    )


def _nothing(setup: Setup) -> Finding | None:
    """The route was lost while the gateway went on: tailscaled was restarted or updated, or `serve reset` was run."""
    empty = setup.host.serves_nothing
    wanted = next((one for one in setup.gateways if one.tailscale_mode and one.tailscale_mode.value in MODES), None)
    if empty is None or wanted is None or wanted.tailscale_mode is None:
        return None
    return Finding(
        summary=f"gateway.tailscale.mode is {wanted.tailscale_mode.value}, and Tailscale serves nothing: its name "
        "refuses every connection",
        fix=Fix("restart the gateway, which asks Tailscale for its route at each start", "openclaw gateway restart"),
        evidence=at(empty, wanted.tailscale_mode.at),
    )


CAUSE = Cause(
    slug="tailscale-serves-elsewhere",
    title="what Tailscale serves leads to the gateway",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.REFUSED),
    looks_at=looks_at(Part.HOST),
    judge=judge,
    explains=frozenset({"bind-loopback-in-container"}),
)
