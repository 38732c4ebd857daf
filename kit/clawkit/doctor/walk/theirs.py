"""The way of a setup that the kit did not make: from its first site that leads to the gateway."""

from __future__ import annotations

from clawkit.doctor.links import Link, links
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.origins import Origin, origins
from clawkit.doctor.walk.ours import dialled
from clawkit.doctor.walk.way import Way
from clawkit.probe.target import Trust
from clawkit.settings.domain import is_public

PLAIN = 80
DIALLED = ("http", "https")


def ways(setup: Setup) -> tuple[Way, ...]:
    """At most one for each gateway; none where no proxy leads to it, or no site has a name."""
    found: dict[str, Way] = {}
    for link in links(setup):
        # a tunnel's way begins at Cloudflare and passes no port of this host
        walked = link.main and link.proxy.kind is not ProxyKind.CLOUDFLARED
        way = _way(setup, link) if walked else None
        if way is not None:
            found.setdefault(str(link.gateway.service if link.gateway else link.target), way)
    return tuple(found.values())


def _way(setup: Setup, link: Link) -> Way | None:
    known = sorted(origins(setup, link.proxy, link.site), key=lambda one: one.scheme != "https")
    if not known:
        return None
    chosen = known[0]
    proxy = setup.container(link.proxy.service)
    gateway = setup.container(link.gateway.service) if link.gateway else None
    return Way(
        name=chosen.host,
        port=chosen.port,
        tls=chosen.scheme == "https",
        addresses=_addresses(link, chosen, proxy),
        origin=str(chosen),
        trust=Trust(),
        proxy=proxy,
        gateway=gateway,
        upstream=f"{link.target.scheme}://{link.target}" if link.target.scheme in DIALLED and link.target.host else "",
        gateway_port=link.gateway.effective_port if link.gateway else DEFAULT_PORT,
        base_path=link.gateway.base_path.value if link.gateway and link.gateway.base_path else "",
        entry_port=_entry(proxy, chosen),
        public=is_public(chosen.host),
    )


def _addresses(link: Link, chosen: Origin, proxy: Container | None) -> tuple[str, ...]:
    if proxy is None or proxy.network_mode == "host":
        return dialled([chosen.listener.address or "0.0.0.0"])
    if not proxy.running:
        return ()
    bound = proxy.published.get(chosen.listener.port, ())
    return dialled([one.rpartition(":")[0].strip("[]") for one in bound])


def _entry(proxy: Container | None, chosen: Origin) -> int | None:
    if chosen.scheme != "https" or proxy is None:
        return None
    bound = proxy.published.get(PLAIN, ())
    return next((int(one.rpartition(":")[2]) for one in bound if one.rpartition(":")[2].isdigit()), None)
