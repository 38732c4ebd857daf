"""One side speaks the PROXY protocol and the other does not: every connection breaks before the first request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import links
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.model.upstream import Target, Upstream
from clawkit.doctor.reload import reload

GARBAGE = r"first record does not look like a TLS handshake|SSL_do_handshake\(\) failed.*wrong version number"
BROKEN = r"broken header: |while reading PROXY protocol|PROXY protocol.*(?:signature|invalid|malformed)"


@dataclass(frozen=True, slots=True)
class _Pass:
    """A stream that hands its bytes to a listener that is known."""

    sender: Proxy
    upstream: Upstream
    receiver: Proxy
    listener: Listener

    @property
    def sends(self) -> bool:
        return _sends(self.upstream)


def judge(setup: Setup) -> Finding | None:
    said = [line.at for line, _ in setup.said(BROKEN, Speaker.NGINX, Speaker.CADDY)]
    passes = list(_passes(setup))
    for one in passes:
        if one.sends != one.listener.proxy_protocol:
            return _finding(one, *said[:1])
    straight = next((link for link in links(setup) if _sends(link.upstream)), None)
    if straight is not None and straight.upstream.sends_proxy_protocol is not None:
        line = straight.upstream.sends_proxy_protocol
        return Finding(
            summary=f"{line.at} sends the PROXY protocol to {straight.target}: OpenClaw does not speak it and closes "
            "every connection",
            fix=Fix(f"take it off at {line.at}, and name the client in X-Forwarded-For instead",
                    reload(straight.proxy)),
            evidence=at(line.at, straight.target.at, *said[:1]),
        )  # fmt: skip
    if passes or not said:
        return None
    return Finding(
        summary="the proxy expects the PROXY protocol, and who connects does not speak it",
        fix=Fix("take proxy_protocol off the listener, or let the balancer in front send it",
                "nginx -T | grep -n proxy_protocol"),
        evidence=at(*[listener.at for listener in _expecting(setup)][:1], said[0]),
    )  # fmt: skip


def _sends(upstream: Upstream) -> bool:
    return upstream.sends_proxy_protocol is not None and upstream.sends_proxy_protocol.value


def _finding(one: _Pass, *said: Place) -> Finding:
    sent = one.upstream.sends_proxy_protocol.at if one.upstream.sends_proxy_protocol else one.upstream.at
    if one.sends:
        words = f"the stream sends the PROXY protocol ({sent}) to {one.listener.at}, which takes it for garbage"
        fix = Fix(f"listen {one.listener.port} ssl proxy_protocol; at {one.listener.at}", reload(one.receiver))
    else:
        words = f"{one.listener.at} expects the PROXY protocol, and the stream at {sent} does not send it"
        fix = Fix(f"proxy_protocol on; beside {sent}", reload(one.sender))
    return Finding(summary=words, fix=fix, evidence=at(sent, one.listener.at, *said))


def _expecting(setup: Setup) -> Iterator[Listener]:
    return (ear for proxy in setup.proxies for site in proxy.sites for ear in site.listeners if ear.proxy_protocol)


def _passes(setup: Setup) -> Iterator[_Pass]:
    for sender in setup.proxies:
        upstreams = [route.upstream for site in sender.sites if site.stream for route in site.routes if route.upstream]
        for upstream in upstreams:
            for target in upstream.targets:
                yield from (_Pass(sender, upstream, *found) for found in _heard(setup, sender, target))


def _heard(setup: Setup, sender: Proxy, target: Target) -> Iterator[tuple[Proxy, Listener]]:
    """On the sender's own loopback, or in the container of the target's name."""
    local = target.host in ("127.0.0.1", "localhost", "::1")
    for proxy in setup.proxies:
        same = proxy is sender or (proxy.service is None and sender.service is None)
        service = setup.service(target.host)
        named = service is not None and service.name == proxy.service
        far = re.fullmatch(r"[\d.]+", target.host) is not None and not local and _garbled(setup, proxy)
        if (local and same) or named or (far and proxy is not sender):
            yield from ((proxy, ear) for site in proxy.sites for ear in site.listeners if ear.port == target.port)


def _garbled(setup: Setup, proxy: Proxy) -> bool:
    """At another address that may be its own: it got what is no TLS, as the PROXY protocol's first line is."""
    others = [one for one in setup.proxies if any(not site.stream for site in one.sites)]
    return others == [proxy] and next(setup.said(GARBAGE, Speaker.NGINX, Speaker.CADDY), None) is not None


CAUSE = Cause(
    slug="proxy-protocol-on-one-side",
    title="both sides of a connection speak the PROXY protocol, or neither",
    layer=Layer.PROXY,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS, Symptom.REFUSED, Symptom.BAD_REQUEST),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"rule-refuses-visitor", "redirect-loop"}),
)
