"""The host's firewall drops what comes from containers."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, in_container, links
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

SILENT = (FailureKind.CONNECT_TIMEOUT, FailureKind.UNREACHABLE)
NO_ROUTE = r"dial tcp (?P<host>[\d.]+):(?P<port>\d+): connect: no route to host"
BRIDGE_ADDRESS = re.compile(r"172\.(?:1[6-9]|2\d|3[01])\.\d+\.1")
"""Where the engine puts the host on its networks unless it is told otherwise."""
BRIDGES = ("br-", "docker", "podman", "cni", "veth")
"""How Docker's and Podman's networks are called on the host."""


def judge(setup: Setup) -> Finding | None:
    return _by_rules(setup) or _by_packets(setup) or _by_refusal(setup)


def _by_refusal(setup: Setup) -> Finding | None:
    """The host is one hop away on its own bridge: that there is no route to it is a firewall's word."""
    ports = {str(gateway.effective_port) for gateway in setup.gateways} or {str(DEFAULT_PORT)}
    seen = [(one.upstream, one.at) for one in setup.failed(FailureKind.UNREACHABLE)]
    seen += [(f"{match['host']}:{match['port']}", line.at) for line, match in setup.said(NO_ROUTE)]
    for upstream, place in seen:
        host, _, port = upstream.rpartition(":")
        if BRIDGE_ADDRESS.fullmatch(host) and port in ports:
            return Finding(
                summary=f"there is no route to {upstream}, this host's own address on Docker's bridge: the host's "
                "firewall rejects what comes from containers",
                fix=Fix("let the containers' networks reach that port (ufw: allow from 172.16.0.0/12; firewalld: the "
                        "port in its zone docker)",
                        f"sudo iptables -I INPUT -s 172.16.0.0/12 -p tcp --dport {port} -j ACCEPT"),
                evidence=at(place),
            )  # fmt: skip
    return None


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
    looks_at=looks_at(Part.HOST, Part.LOGS),
    judge=judge,
    explains=frozenset({"upstream-wrong-port", "upstream-unreachable"}),
)
