"""The proxy's own allow and deny rules keep the visitor out."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.logged import logged
from clawkit.doctor.model.failure import Failure, FailureKind, Speaker
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import Visit, visits
from clawkit.doctor.witness import answers, failures

Network = IPv4Network | IPv6Network
PRIVATE = ("192.168.0.0/16", "172.16.0.0/12", "10.0.0.0/8", "127.0.0.1/8", "fd00::/8", "::1")
"""Caddy's private_ranges."""
REFUSED = r'"client_ip": ?"([\d.]+|[\da-f]*:[\da-f:]+)".*"uri": ?"/".*"status": ?(?:0|403)\b'


def judge(setup: Setup) -> Finding | None:
    refused = failures(setup, FailureKind.FORBIDDEN)
    pages = tuple(each.at for each in answers(setup, 403) if "cloudflare" not in each.headers.get("server", "").lower())
    for visit in visits(setup):
        rules = visit.page.access if visit.page else ()
        if not rules or not _denies(rules):
            continue
        seen = (*(failure.at for failure in refused), *pages, *_aborted(setup, visit, rules))
        if not seen and not _nobody(setup, visit, rules):
            continue
        return Finding(
            summary=f"{_client(refused)} is kept out by the proxy's own rules ({_listed(rules)}), 403 from the proxy",
            fix=Fix(f"allow the clients' addresses before {_last(rules)} ({rules[-1].at}); mind the one the proxy sees",
                    reload(visit.proxy)),
            evidence=at(*(rule.at for rule in rules), *seen[:2]),
        )  # fmt: skip
    return _from_log(setup)


def _from_log(setup: Setup) -> Finding | None:
    """The start page itself was refused: rules for dotfiles refuse scanners by design."""
    refused = tuple(f for f in logged(setup, FailureKind.FORBIDDEN) if f.path == "/")
    if not refused:
        return None
    return Finding(
        summary=f"{_client(refused)} is kept out by the proxy's own rules, 403 from the proxy",
        fix=Fix("allow the client's address before the deny line; mind the address that the proxy sees",
                "nginx -T | grep -nE '^ *(allow|deny) '"),
        evidence=at(refused[0].at),
    )  # fmt: skip


def _denies(rules: tuple[Value[str], ...]) -> bool:
    """Caddy's remote_ip alone stands before what only those addresses may enter."""
    return any(rule.value.startswith(("deny", "not", "remote_ip", "client_ip")) for rule in rules)


def _aborted(setup: Setup, visit: Visit, rules: tuple[Value[str], ...]) -> Iterator[Place]:
    """Caddy's access log has status 0 where it closed the connection; for an address that its rule does not let in."""
    inside = [words[1:] for rule in rules if (words := rule.value.split())[0] in ("remote_ip", "client_ip")]
    for line, match in setup.said(REFUSED, Speaker.ACCESS) if visit.proxy.kind is ProxyKind.CADDY else ():
        if inside and not any(_within(match[1], entry) for ranges in inside for entry in ranges):
            yield line.at


def _within(address: str, entry: str) -> bool:
    found = ip_address(address)
    networks = [network for one in (PRIVATE if entry == "private_ranges" else (entry,)) if (network := _network(one))]
    return any(network.version == found.version and found in network for network in networks)


def _nobody(setup: Setup, visit: Visit, rules: tuple[Value[str], ...]) -> bool:
    """Only loopback is let in, or nobody, at a listener that is open to others."""
    if any(listener.loopback for listener in visit.site.listeners) or _any_of(visit):
        return False
    if visit.proxy.kind is ProxyKind.CADDY:
        return not has_front(setup, visit.proxy) and any(_itself_alone(rule) for rule in rules)
    restored = _restored(visit.proxy)
    for rule in rules:
        word, _, rest = rule.value.partition(" ")
        if word == "deny" and rest.strip() == "all":
            return True
        if word != "deny" and not (word == "allow" and (_loopback(rest.strip()) or _inside(rest.strip(), restored))):
            return False
    return False


def _itself_alone(rule: Value[str]) -> bool:
    """Caddy's remote_ip with ranges of loopback and no other."""
    word, *ranges = rule.value.split()
    return word in ("remote_ip", "client_ip") and bool(ranges) and all(_loopback(each) for each in ranges)


def _restored(proxy: Proxy) -> tuple[Network, ...]:
    """Peers in whose place nginx has put the visitor's own address before it asks the rules: none of them is seen."""
    if proxy.kind is not ProxyKind.NGINX or proxy.real_ip_header is None:
        return ()
    return tuple(network for entry in proxy.trusted if (network := _network(entry.value)) is not None)


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _inside(text: str, restored: tuple[Network, ...]) -> bool:
    mine = _network(text)
    return mine is not None and any(
        mine.version == other.version and other.prefixlen <= mine.prefixlen and mine.network_address in other
        for other in restored
    )


def _any_of(visit: Visit) -> bool:
    satisfy = visit.page.settings.get("satisfy") if visit.page else None
    return satisfy is not None and satisfy.value == "any"


def _loopback(text: str) -> bool:
    try:
        return ip_network(text, strict=False).is_loopback
    except ValueError:
        return text in ("localhost", "unix:")


def _client(refused: tuple[Failure, ...]) -> str:
    client = next((failure.client for failure in refused if failure.client), "")
    if not client:
        return "every visitor but the listed ones"
    try:
        bridge = ip_address(client).is_private and client.endswith(".0.1")
    except ValueError:
        bridge = False
    return f"{client} (Docker's own gateway: the client's address is lost)" if bridge else client


def _listed(rules: tuple[Value[str], ...]) -> str:
    return "; ".join(rule.value for rule in rules[:4])


def _last(rules: tuple[Value[str], ...]) -> str:
    return f'"{rules[-1].value}"'


CAUSE = Cause(
    slug="acl-denies-client",
    title="the proxy's rules let the visitor in",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.FORBIDDEN,),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
)
