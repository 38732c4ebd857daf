"""What a proxy's log says where nobody gave its configuration: then the log alone must do."""

from __future__ import annotations

import re

from clawkit.doctor.links import OURS
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.failure import Failure, FailureKind
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.setup import Setup

PROXY = re.compile(
    r"nginx|openresty|caddy|traefik|\bswag\b|\bangie\b|haproxy|httpd|apache|envoy|oauth2-proxy", re.IGNORECASE
)


def logged(setup: Setup, *kinds: FailureKind) -> tuple[Failure, ...]:
    """Of OpenClaw's site; all where the log speaks of one site only. Nothing where a configuration can be judged."""
    if setup.proxies:
        return ()
    alone = len({failure.site for failure in setup.failures if failure.site}) <= 1
    return tuple(failure for failure in setup.failed(*kinds) if alone or _ours(failure))


def writer(setup: Setup) -> Service | None:
    """The service whose log it is: the one that is a proxy by its image and takes visitors in."""
    found = [one for one in setup.services() if one.image and PROXY.search(one.image.value) and one.ports]
    return found[0] if len(found) == 1 else None


def loopback(upstream: str) -> bool:
    return upstream.startswith(("127.", "localhost:", "[::1]:"))


def _ours(failure: Failure) -> bool:
    return failure.upstream.endswith(f":{DEFAULT_PORT}") or bool(OURS.search(f"{failure.upstream} {failure.site}"))
