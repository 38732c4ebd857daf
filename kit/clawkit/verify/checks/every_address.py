"""Each address and family on which the ports are published leads to this gateway, and not to somebody else's server."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.probe import http, tcp
from clawkit.probe.http import HttpFacts
from clawkit.verify.meaning import LOGS_PROXY
from clawkit.verify.scene import Scene

ANY = {"0.0.0.0": ("127.0.0.1",), "::": ("::1",)}
MOST = 8
"""Addresses that are tried; a host with a dozen bridges answers alike on all."""


@dataclass(frozen=True, slots=True)
class Answer:
    address: str
    facts: HttpFacts


def gather(scene: Scene) -> tuple[Answer, ...]:
    addresses = published(scene)
    with ThreadPoolExecutor(max_workers=MOST) as pool:
        asked = pool.map(lambda address: http.get(replace(scene.target, dial=address), "/healthz"), addresses)
        return tuple(Answer(address, facts) for address, facts in zip(addresses, asked, strict=True))


def published(scene: Scene) -> tuple[str, ...]:
    """What the engine published for this port, wildcards taken apart into addresses that can be dialled."""
    found = [address for item in bound(scene) for address in _dialled(item)]
    return tuple(dict.fromkeys(found))[:MOST]


def bound(scene: Scene) -> tuple[str, ...]:
    """The same as the engine tells it, wildcards as they are."""
    proxies = (one for one in scene.engine_view().services().values() if one.base == "proxy")
    ports = [port for proxy in proxies for port in proxy.ports]
    return tuple(port.split("->")[0].rpartition(":")[0] for port in ports if _host_port(port) == scene.target.port)


def _host_port(port: str) -> int:
    return int(port.split("->")[0].rpartition(":")[2])


def _dialled(bound: str) -> tuple[str, ...]:
    if bound == "0.0.0.0":
        return (*ANY[bound], *tcp.local_addresses())
    return ANY.get(bound, (bound,)) if bound != "::" or socket.has_ipv6 else ()


def judge(answers: tuple[Answer, ...]) -> Verdict:
    wrong = [answer for answer in answers if answer.facts.document.get("status") != "live"]
    if not answers:
        return failed("the engine publishes no address for this port", "clawkit status")
    if wrong:
        seen = wrong[0].facts
        server = seen.header("server") or "without a name"
        told = str(seen.failure) if seen.failure else f"{seen.status} {seen.content_type}, server {server}"
        return failed(f"{wrong[0].address} does not lead to this gateway: {told}", LOGS_PROXY,
                      address=wrong[0].address, wrong=len(wrong))  # fmt: skip
    return ok(f"{len(answers)} addresses lead to the gateway: {', '.join(answer.address for answer in answers)}",
              addresses=len(answers))  # fmt: skip


CHECK = Check("every-address", "every published address", Group.REACHABILITY, gather, judge, needs=("healthz",))
