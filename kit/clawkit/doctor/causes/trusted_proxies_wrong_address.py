"""gateway.trustedProxies lists something, but not the address from which the proxy's requests come."""

from __future__ import annotations

from ipaddress import ip_address

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import TUNNEL, XFF, refused
from clawkit.doctor.links import Link, Reach
from clawkit.doctor.model.failure import LogLine
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import same_namespace
from clawkit.doctor.peer import Peer, attributes, covered, parsed, peer, shaped
from clawkit.doctor.visit import http_links

STRANGER = r"unattributable proxy-shaped traffic from (?:::ffff:)?([0-9a-f.:]+[0-9a-f])"

WELCOME = r"\bconnected\b.* remote=(?:::ffff:)?([0-9a-f.:]+[0-9a-f]) .*\bfwd="


def judge(setup: Setup) -> Finding | None:
    for link in http_links(setup):
        gateway = link.gateway
        if gateway is None or not gateway.has_config or not gateway.trusted_proxies or not attributes(gateway):
            continue
        if not shaped(link) or any("${" in entry.value for entry in gateway.trusted_proxies):
            continue
        wrong = _names(gateway) or _other_family(setup, link, gateway) or _logged(setup, gateway)
        wrong = wrong or _elsewhere(setup, link, gateway)
        if wrong is not None:
            return _finding(gateway, link, *wrong)
    return _of_a_tunnel(setup)


def _of_a_tunnel(setup: Setup) -> Finding | None:
    """A tunnel's container whose rules lie elsewhere: it comes from its own address, never from loopback."""
    gateway = setup.gateways[0] if len(setup.gateways) == 1 and not setup.proxies else None
    ours = setup.service(gateway.service) if gateway is not None else None
    if gateway is None or ours is None or not refused(setup) or not _loopback_alone(gateway):
        return None
    for service in setup.services():
        if TUNNEL.search(service.image.value if service.image else "") and not same_namespace(setup, service, ours):
            fixed = next((use.ipv4 for use in service.networks if use.ipv4), None)
            entry = (gateway.trusted_proxies or ())[0]
            return Finding(
                summary=f"gateway.trustedProxies holds loopback alone, and requests come from service {service.name}, "
                "a container of its own: 403 proxy_attribution_required",
                fix=Fix(f'"trustedProxies": ["{fixed.value if fixed else "its address"}"] under gateway'
                        + ("" if fixed else "; give it a fixed one (ipv4_address)"), "docker compose up -d"),
                evidence=at(entry.at, fixed.at if fixed else service.at, refused(setup)[0].at),
            )  # fmt: skip
    return None


def _names(gateway: Gateway) -> tuple[str, str, tuple[Place, ...]] | None:
    entries = [entry.value for entry in gateway.trusted_proxies or ()]
    if any(parsed(entry) for entry in entries):
        return None
    return f"holds {', '.join(entries)}, which is no address: OpenClaw passes over names and patterns", "", ()


def _other_family(setup: Setup, link: Link, gateway: Gateway) -> tuple[str, str, tuple[Place, ...]] | None:
    """`localhost` is ::1 as well, and a proxy that takes it comes from there."""
    for line, match in setup.said(STRANGER) if link.target.host == "localhost" else ():
        strange = match[1] == "::1" and not covered(gateway, match[1])
        if strange and covered(gateway, "127.0.0.1"):
            return "does not cover ::1, from where the proxy asks localhost", "127.0.0.1", (line.at,)
    return None


def _logged(setup: Setup, gateway: Gateway) -> tuple[str, str, tuple[Place, ...]] | None:
    """The gateway's own word on where the refused requests came from."""
    for line, match in setup.said(STRANGER):
        try:
            local = ip_address(match[1]).is_loopback
        except ValueError:
            continue
        if (
            not local
            and not _let_in(setup, gateway, line)
            and not covered(gateway, match[1])
            and len(setup.gateways) == 1
        ):
            return f"does not cover {match[1]}, from where the proxy's requests come", match[1], (line.at,)
    return None


def _let_in(setup: Setup, gateway: Gateway, stranger: LogLine) -> bool:
    """Visitors came through an address that is trusted, in the same log: the stranger is something beside the proxy."""
    return any(
        covered(gateway, match[1]) for line, match in setup.said(WELCOME) if line.at.source == stranger.at.source
    )


def _elsewhere(setup: Setup, link: Link, gateway: Gateway) -> tuple[str, str, tuple[Place, ...]] | None:
    known = peer(setup, link)
    if known is None and link.reach is Reach.ADDRESS and link.service is None and _loopback_alone(gateway):
        return f"holds loopback alone, and what is sent to {link.target} comes from another address", "", ()
    if known is None:
        return None if not _unexplained(setup, link, gateway) else (
            "does not cover the proxy, whose X-Forwarded-For is as it should be", "",
            tuple(each.at for each in refused(setup)[:1]))  # fmt: skip
    if any(known.may_be(entry.value) for entry in gateway.trusted_proxies or ()):
        return None
    return f"does not cover {_where(known)} ({known.words})", known.address, (known.place,)


def _loopback_alone(gateway: Gateway) -> bool:
    """Even on one host a connection to an address of the network comes from that address."""
    networks = [parsed(entry.value) for entry in gateway.trusted_proxies or ()]
    return all(network is not None and network.is_loopback for network in networks)


def _unexplained(setup: Setup, link: Link, gateway: Gateway) -> bool:
    """Refused although the client is named, and no entry is so wide that the client could lie in it."""
    line = link.route.headers_up.get(XFF)
    wide = any((net := parsed(entry.value)) is not None and net.num_addresses > 1
               for entry in gateway.trusted_proxies or ())  # fmt: skip
    return bool(refused(setup)) and not wide and (line is None or "remote" in line.value)


def _where(known: Peer) -> str:
    return known.address or "any address in " + ", ".join(known.subnets)


def _finding(gateway: Gateway, link: Link, words: str, address: str, places: tuple[Place, ...]) -> Finding:
    entries = gateway.trusted_proxies or ()
    right = f'{address}", "::1' if address == "127.0.0.1" else address or "<the proxy's one address>"
    return Finding(
        summary=f"gateway.trustedProxies ({', '.join(entry.value for entry in entries)}) {words}"
        if address or places
        else f"gateway.trustedProxies {words}",
        fix=Fix(
            f'"trustedProxies": ["{right}"] in {gateway.at.source}, and give the proxy that address for good '
            "(networks: …: ipv4_address: in the compose file)"
        ),
        evidence=at(*(entry.at for entry in entries), *places, link.target.at),
    )


CAUSE = Cause(
    slug="trusted-proxies-wrong-address",
    title="the proxy that the gateway trusts is this one",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.FORBIDDEN,
        Symptom.WS_CUT,
    ),
    looks_at=looks_at(Part.GATEWAY),
    judge=judge,
)
