"""The host's firewall does not let the web ports of a proxy on the host in."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.links import in_container, proxy_service, sites
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.host import Dropped, Firewall, Verdict
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup

FIRST = re.compile(r"\[UFW .*\bPROTO=TCP\b(?!.*\bACK\b).*\bSYN\b")
"""A new connection. Late packets of old ones are dropped everywhere, and other prefixes may be of lists of pests."""
OUT = re.compile(r"\bOUT=(?:br-|docker)")
WORDS = {80: ("http", "www", "nginx http", "caddy", "anywhere"), 443: ("https", "nginx https", "caddy", "anywhere")}


def judge(setup: Setup) -> Finding | None:
    return _by_service(setup) or _by_rules(setup) or _by_packets(setup)


def _by_packets(setup: Setup) -> Finding | None:
    """The kernel noted a visitor's first packet on its way to a proxy's container, or to the host's own ports."""
    for proxy, site in sites(setup):
        service = proxy_service(setup, proxy)
        ports = {listener.port: listener.at for listener in site.listeners if not listener.loopback}
        for packet in setup.host.dropped:
            inner = packet.interface.startswith(("br-", "docker", "lo"))
            first = FIRST.search(packet.at.text) is not None and not inner
            forwarded = OUT.search(packet.at.text) is not None
            if first and packet.port in ports and forwarded == (service is not None and not service.host_network):
                return _dropped(packet, proxy, ports[packet.port], forwarded=forwarded)
    return None


def _dropped(packet: Dropped, proxy: Proxy, listener: Place, *, forwarded: bool) -> Finding:
    port = packet.port
    return Finding(
        summary=f"the host's firewall drops what {packet.source} sends to {packet.destination}:{port}, where "
        f"{proxy.kind.value} listens" + (" in its container" if forwarded else ""),
        fix=Fix(f"let port {port} in" + (", also on its way to containers (`ufw allow` alone is about the host's own "
                                         "ports)" if forwarded else ""),
                f"sudo ufw route allow proto tcp from any to any port {port}" if forwarded
                else f"sudo ufw allow {port}/tcp"),
        evidence=at(packet.at, listener),
    )  # fmt: skip


def _by_rules(setup: Setup) -> Finding | None:
    """iptables or nftables as they are: INPUT for a proxy of the host, DOCKER-USER for published ports."""
    firewall = setup.host.firewall
    for proxy, site in sites(setup) if firewall is not None and firewall.rules else ():
        service = proxy_service(setup, proxy)
        published = service is not None and not service.host_network
        if firewall is None or has_front(setup, proxy) or (in_container(proxy) and not published):
            continue
        chain = "DOCKER-USER" if published else "INPUT"
        for listener in site.listeners:
            out = listener.port
            if service is not None and published:
                out = next((p.published for p in service.ports if p.target == listener.port and p.published), 0)
            if out not in WORDS or listener.loopback:
                continue
            stopped = _stopped(firewall, chain, listener.port, waited=_waited(setup))
            if stopped is not None:
                return _finding(f"{chain} ({stopped.text})", out, proxy, stopped, listener.at)
    return None


def _waited(setup: Setup) -> bool:
    """A visitor from outside was seen to wait in vain: a list of sources that may come in is then no plan."""
    waits = (one for one in setup.exchanges if one.error == "timeout" and not one.container)
    return any(one.vantage is Vantage.PUBLIC for one in waits)


def _stopped(firewall: Firewall, chain: str, port: int, *, waited: bool) -> Place | None:
    """What stops a stranger's connection. None: nothing does, or another chain or a list of sources decides."""
    met = [rule for rule in firewall.rules if rule.chain == chain and rule.about(port)]
    for rule in met:
        if rule.verdict is Verdict.NONE or (rule.of_some and (waited or rule.verdict is Verdict.DROP)):
            continue
        return rule.at if rule.verdict is Verdict.DROP else None
    seen = any(rule.chain == chain for rule in firewall.rules)
    return firewall.at if chain == "INPUT" and firewall.default_drop and seen else None


def _by_service(setup: Setup) -> Finding | None:
    """Published ports of containers pass by ufw and firewalld: Docker's own rules come before theirs."""
    firewall = setup.host.firewall
    if firewall is None or not (firewall.ufw_active or firewall.firewalld_allows is not None):
        return None
    if firewall.default_drop is False:
        return None
    some = firewall.ufw_for_some if _waited(setup) else ()
    allows = (*(rule for rule in firewall.ufw_allows if rule not in some), *(firewall.firewalld_allows or ()))
    for proxy, site in sites(setup):
        service = proxy_service(setup, proxy)
        published = service is not None and not service.host_network
        if published or in_container(proxy) or has_front(setup, proxy):
            continue
        for listener in site.listeners:
            udp = listener.quic and proxy.kind is ProxyKind.NGINX  # its `listen … quic` is a socket of its own
            usual = listener.port in (80, 443) and not listener.loopback and not udp
            if usual and not any(_lets(rule, listener.port) for rule in allows):
                name = "ufw" if firewall.ufw_active else "firewalld"
                only = any(_lets(rule, listener.port) for rule in some)
                return _finding(name, listener.port, proxy, firewall.at, listener.at, only=only)
    return None


def _lets(rule: str, port: int) -> bool:
    low = rule.lower()
    bare = low.partition("/")[0]
    if low.endswith("/udp"):
        return False
    for part in bare.split(","):
        first, _, last = part.replace("-", ":").partition(":")
        if first.isdigit() and int(first) <= port <= int(last if last.isdigit() else first):
            return True
    if low in ("nginx full", "apache full", "www full"):
        return True
    return bare.strip() in WORDS[port]


def _finding(name: str, port: int, proxy: Proxy, rule: Place, listener: Place, *, only: bool = False) -> Finding:
    who = "some sources only" if only else "nothing"
    commands = {"ufw": f"sudo ufw allow {port}/tcp", "firewalld": ""}
    command = commands.get(name, "sudo iptables -S; sudo nft list ruleset")
    if name == "firewalld":
        service = "https" if port == 443 else "http"
        command = f"sudo firewall-cmd --permanent --add-service={service} && sudo firewall-cmd --reload"
    return Finding(
        summary=f"{name} is active and lets {who} in to {port}, where {proxy.kind.value} listens on this host"
        if name in commands
        else f"the host's firewall stops every visitor of port {port}, where {proxy.kind.value} listens: {name}",
        fix=Fix(f"let port {port} in", command),
        evidence=at(rule, listener),
    )


CAUSE = Cause(
    slug="firewall-closes-web-ports",
    title="the host's firewall lets the web ports in",
    layer=Layer.HOST,
    hop=Hop.PORT,
    symptoms=(Symptom.TIMEOUT, Symptom.NO_CERTIFICATE),
    looks_at=looks_at(Part.HOST),
    judge=judge,
    explains=frozenset({"port80-filtered-acme-timeout", "acme-rate-limited"}),
)
