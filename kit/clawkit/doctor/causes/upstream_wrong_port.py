"""The proxy asks a port that is not the gateway's."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import OURS, Link, links
from clawkit.doctor.logged import logged
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reachable import Ports, right_ports
from clawkit.doctor.reload import reload
from clawkit.doctor.witness import answers

LISTENS = r"listening on (?:wss?|https?)://[^\s:/]*(?:\[[^\]]*\])?:(?P<port>\d+)"


def judge(setup: Setup) -> Finding | None:
    ways = links(setup)
    page = any(link.main for link in ways)
    for link in ways:
        ports = right_ports(setup, link)
        # where no page is meant, webhooks and the API are what there is
        if ports is not None and (link.main or not page) and link.target.effective_port not in ports.numbers:
            return _finding(setup, link, ports)
    return _beside_it(setup) or _by_logs(setup)


def _by_logs(setup: Setup) -> Finding | None:
    """The proxy's log and the gateway's own word about its port, and nothing else that speaks of ports."""
    said = list(setup.said(LISTENS, Speaker.GATEWAY))
    dead = logged(setup, FailureKind.REFUSED)
    ports = {failure.upstream.rpartition(":")[2] for failure in dead}
    if not said or len(ports) != 1 or (mapped := _mapped(setup)) & ports:
        return None
    line, match = said[-1]
    if match["port"] in ports or mapped - {match["port"]}:
        return None
    return Finding(
        summary=f"the proxy asks {dead[-1].upstream}, where nothing listens; OpenClaw listens on {match['port']}",
        fix=Fix(f"name port {match['port']} in place of {min(ports)} where the proxy is told what to ask",
                "nginx -T | grep -n proxy_pass; kubectl get service,ingress"),
        evidence=at(dead[-1].at, line.at),
    )  # fmt: skip


def _mapped(setup: Setup) -> set[str]:
    published = (port.published for service in setup.services() for port in service.ports)
    return {str(port) for port in published if port is not None}


def _beside_it(setup: Setup) -> Finding | None:
    """Nobody gave the proxy's configuration: its log says what it dials, the list of sockets where OpenClaw listens."""
    taken = {socket.port for socket in setup.host.sockets}
    own = next((socket for socket in setup.host.sockets if OURS.search(socket.process)), None)
    if own is None or not setup.host.sockets_known:
        return None
    for failure in logged(setup, FailureKind.REFUSED):
        host, _, port = failure.upstream.rpartition(":")
        local = host.startswith("127.") or host in ("localhost", "[::1]")
        if local and port.isdigit() and int(port) not in taken:
            return Finding(
                summary=f"the proxy asks {failure.upstream}, where nothing listens; OpenClaw listens on {own.port}",
                fix=Fix(f"name port {own.port} instead of {port} in the proxy's configuration",
                        "nginx -T | grep -n proxy_pass"),
                evidence=at(failure.at, own.at),
            )  # fmt: skip
    return None


def _finding(setup: Setup, link: Link, ports: Ports) -> Finding:
    right = min(ports.numbers)
    refused = [failure.at for failure in setup.failed(FailureKind.REFUSED)
               if failure.upstream.endswith(f":{link.target.effective_port}")]  # fmt: skip
    refused += [exchange.at for exchange in answers(setup, 502)]
    known = "the gateway listens on" if ports.certain else "OpenClaw's own port, unless it was moved, is"
    return Finding(
        summary=f"{link.proxy.kind.value} asks {link.target}, {known} {right}",
        fix=Fix(f"name port {right} instead of {link.target.effective_port} in {link.target.at}", reload(link.proxy)),
        evidence=at(link.target.at, *ports.at, *refused[:1]),
        severity=Severity.ERROR if ports.certain or refused else Severity.WARNING,
    )


CAUSE = Cause(
    slug="upstream-wrong-port",
    title="the upstream's port is the gateway's",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY, Part.HOST, Part.LOGS),
    judge=judge,
)
