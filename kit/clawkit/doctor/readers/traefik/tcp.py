"""Traefik's TCP routers: which of them it leaves out, and which hand TLS on unopened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.place import Problem
from clawkit.doctor.readers.traefik.settings import Settings, below, names, of_labels, true

_NAMED = re.compile(r"HostSNI\(\s*[`\"'](?!\*[`\"'])[^)]+\)", re.IGNORECASE)
GATEWAY = "18789"


def problems(services: Sequence[Service], dynamic: Settings) -> Iterator[Problem]:
    """Of the labels of all services and of the file provider's files."""
    for settings in (dynamic, *(of_labels(one) for one in services)):
        for name in names(settings, "tcp.routers"):
            yield from _of(name, below(settings, f"tcp.routers.{name}"), settings)


def _of(name: str, own: Settings, settings: Settings) -> Iterator[Problem]:
    rule = own.get("rule")
    if rule is None or not _NAMED.search(rule.value):
        return
    if not any(key == "tls" or key.startswith("tls.") for key in own):
        words = f'invalid rule: "{rule.value}", has HostSNI matcher, but no TLS on router {name}'
        yield Problem(words, rule.at, "sni-without-tls", fatal=False)
        return
    passed = own.get("tls.passthrough")
    service = own["service"].value.partition("@")[0].lower() if "service" in own else name
    port = settings.get(f"tcp.services.{service}.loadbalancer.server.port")
    plain = settings.get(f"tcp.services.{service}.loadbalancer.server.tls")
    if passed is not None and true(passed) and port is not None and port.value == GATEWAY and not true(plain):
        words = f"router {name} hands TLS on unopened to port {port.value}, where OpenClaw speaks plain HTTP"
        yield Problem(words, passed.at, "passthrough-to-plain", fatal=False)
