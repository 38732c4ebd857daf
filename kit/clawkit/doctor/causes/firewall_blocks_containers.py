"""The host's firewall drops what comes from containers."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, in_container, links
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

SILENT = (FailureKind.CONNECT_TIMEOUT, FailureKind.UNREACHABLE)
BRIDGES = ("br-", "docker", "podman", "cni", "veth")
"""How Docker's and Podman's networks are called on the host."""


def judge(setup: Setup) -> Finding | None:
    return _by_rules(setup) or _by_packets(setup)


def _by_rules(setup: Setup) -> Finding | None:
    firewall = setup.host.firewall
    if firewall is None:
        return None
    for link in links(setup):
        to_host = link.reach is Reach.HOST_ALIAS and in_container(link.proxy)
        silent = [failure.at for failure in setup.failed(*SILENT)]
        blocked = to_host and firewall.ufw_active and not _allowed(link, firewall.ufw_allows)
        if blocked and (silent or firewall.default_drop):
            return _finding(
                link,
                firewall.at,
                silent,
                f"ufw is active and does not let containers to port {link.target.effective_port}",
                f"ufw allow from 172.16.0.0/12 to any port {link.target.effective_port} proto tcp",
            )
        if firewall.drops and silent:
            return _finding(
                link,
                firewall.drops[0].at,
                silent,
                f"a rule drops it: {firewall.drops[0].value}",
                "iptables -L DOCKER-USER -n --line-numbers",
            )
    return None


def _by_packets(setup: Setup) -> Finding | None:
    """The kernel noted what it dropped on its way from a container to the gateway's port."""
    ports = {link.target.effective_port for link in links(setup)}
    ports |= {gateway.effective_port for gateway in setup.gateways} or {DEFAULT_PORT}
    for packet in setup.host.dropped:
        if packet.port in ports and packet.interface.startswith(BRIDGES):
            silent = [failure.at for failure in setup.failed(*SILENT)]
            return Finding(
                summary=f"the host's firewall drops what {packet.source} sends to {packet.destination}:{packet.port} "
                f"({packet.interface}): the proxy's container does not get through to the gateway",
                fix=Fix("let the containers' networks reach that port",
                        f"ufw allow from {packet.source} to any port {packet.port} proto tcp"),
                evidence=at(packet.at, *silent[:1]),
            )  # fmt: skip
    return None


def _allowed(link: Link, allows: tuple[str, ...]) -> bool:
    """Also by a rule for everything that comes from the containers' networks."""
    return any(str(link.target.effective_port) in rule or rule.startswith("Anywhere") for rule in allows)


def _finding(link: Link, rule: Place, silent: list[Place], why: str, command: str) -> Finding:
    return Finding(
        summary=f"{link.proxy.kind.value} gets no answer from {link.target}, and {why}",
        fix=Fix("let the containers' networks reach that port", command),
        evidence=at(*silent[:1], rule, link.target.at),
    )


CAUSE = Cause(
    slug="firewall-blocks-containers",
    title="the host's firewall lets the proxy through to the gateway",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.GATEWAY_TIMEOUT,
        Symptom.BAD_GATEWAY,
    ),
    looks_at=looks_at(Part.HOST),
    judge=judge,
    explains=frozenset({"upstream-wrong-port", "upstream-unreachable"}),
)
