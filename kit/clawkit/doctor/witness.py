"""What was seen to fail on OpenClaw's own site, not on a neighbour's."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from clawkit.doctor.links import links, sites
from clawkit.doctor.model.exchange import Exchange, Vantage
from clawkit.doctor.model.failure import Failure, FailureKind
from clawkit.doctor.model.setup import Setup


def failures(setup: Setup, *kinds: FailureKind) -> tuple[Failure, ...]:
    """A failure that names neither site nor upstream is taken for ours."""
    names = {name.value.lower() for _, site in sites(setup) for name in site.names}
    wild = not names or any(name in ("_", "") or "*" in name for name in names)
    ports = {link.target.effective_port for link in links(setup)}
    return tuple(
        failure
        for failure in setup.failed(*kinds)
        if (not failure.site or wild or failure.site.split(":")[0].lower() in names)
        and (not failure.upstream or not ports or _port(failure.upstream) in ports)
    )


def _port(upstream: str) -> int | None:
    bare = upstream.split("://")[-1].split("/")[0].rsplit(":", 1)
    return int(bare[1]) if len(bare) == 2 and bare[1].isdigit() else 80


def answers(setup: Setup, *statuses: int) -> Iterator[Exchange]:
    """Answers with these statuses that came through the proxy and that OpenClaw did not write itself."""
    for exchange in setup.exchanges:
        if exchange.status in statuses and exchange.vantage is not Vantage.DIRECT and not by_gateway(exchange):
            yield exchange


def by_gateway(exchange: Exchange) -> bool:
    """OpenClaw's errors are JSON; the proxies' own are HTML or empty."""
    return "json" in exchange.headers.get("content-type", "") or exchange.body.lstrip().startswith('{"error"')


def path_of(exchange: Exchange) -> str:
    return urlsplit(exchange.url).path or "/"
