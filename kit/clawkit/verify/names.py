"""Where the public name leads: looked up as clients do, and each address asked for this gateway."""

from __future__ import annotations

import ipaddress
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from clawkit.probe import http, tls
from clawkit.probe.http import HttpFacts
from clawkit.reach import addresses, dns
from clawkit.reach.dns import Kind
from clawkit.settings.domain import is_address, is_public
from clawkit.verify.scene import Scene

LOOKUP_SECONDS = 1.0
ANSWER_SECONDS = 2.0
MOST = 8


class Name(StrEnum):
    LOCALHOST = "localhost"
    ADDRESS = "address"
    INTERNAL = "internal"
    """A name that no public DNS knows: /etc/hosts, mDNS or a name server of the house."""
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Answer:
    address: str
    own: bool
    """An address of this very host."""
    facts: HttpFacts
    """Of /healthz."""
    same: bool
    """The certificate is the one that the stack itself shows."""

    @property
    def live(self) -> bool:
        return self.facts.document.get("status") == "live"


@dataclass(frozen=True, slots=True)
class Lookup:
    domain: str
    name: Name
    failure: str = ""
    answers: tuple[Answer, ...] = ()
    """One for each address of the name."""
    serves: bool = True
    """The stack answers at its own published address, so that another one can be compared with it."""


def look(scene: Scene) -> Lookup:
    """Looked up once, whoever asks."""
    return scene.memo.once("names", lambda: _look(scene))


def _look(scene: Scene) -> Lookup:
    domain = scene.gateway.domain
    name = kind(domain)
    if name in (Name.LOCALHOST, Name.ADDRESS):
        return Lookup(domain, name)
    found, failure = _public(domain) if name is Name.PUBLIC else _system(domain)
    own, serves = addresses.own(), scene.answer("/healthz").document.get("status") == "live"
    with ThreadPoolExecutor(max_workers=MOST) as pool:
        answers = tuple(pool.map(lambda address: _answer(scene, address, own), found[:MOST]))
    return Lookup(domain, name, failure, answers, serves)


def kind(domain: str) -> Name:
    if is_address(domain):
        return Name.ADDRESS
    if domain.rpartition(".")[2] == "localhost":  # RFC 6761: loopback, whatever a name server says
        return Name.LOCALHOST
    return Name.PUBLIC if is_public(domain) else Name.INTERNAL


def _public(domain: str) -> tuple[tuple[str, ...], str]:
    """Past /etc/hosts, which nobody else reads."""
    resolve = dns.resolver(limit=LOOKUP_SECONDS)
    with ThreadPoolExecutor(max_workers=2) as pool:
        replies = list(pool.map(lambda record: resolve(domain, record), (Kind.A, Kind.AAAA)))
    failures = [reply.failure for reply in replies if reply.failure]
    return tuple(address for reply in replies for address in dns.addresses(reply)), "; ".join(failures[:1])


def _system(domain: str) -> tuple[tuple[str, ...], str]:
    """In a thread of its own that nobody waits for: a name server that is silent holds it for half a minute."""
    found: list[str] = []

    def ask() -> None:
        with suppress(OSError):
            found.extend(str(entry[4][0]) for entry in socket.getaddrinfo(domain, None, type=socket.SOCK_STREAM))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(LOOKUP_SECONDS)
    late = "the resolver of this host did not answer in time" if thread.is_alive() else ""
    return tuple(dict.fromkeys(found)), late


def _answer(scene: Scene, address: str, own: frozenset[str]) -> Answer:
    target = replace(scene.target, dial=address)
    facts = http.get(target, "/healthz", limit=ANSWER_SECONDS)
    same = not target.tls
    if target.tls and not facts.failure:
        ours, theirs = scene.tls().leaf, tls.handshake(target, scene.trust, limit=ANSWER_SECONDS).leaf
        same = ours is not None and theirs is not None and ours.sha256 == theirs.sha256
    return Answer(address, address in own or ipaddress.ip_address(address).is_loopback, facts, same)
