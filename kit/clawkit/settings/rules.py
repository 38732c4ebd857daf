"""What settings say to each other: each rule is a question with the two values in its answer."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import TYPE_CHECKING

from clawkit.settings import wildcard
from clawkit.settings.domain import is_address, is_public
from clawkit.settings.further import effective, lends_its_own
from clawkit.settings.values import names_one

if TYPE_CHECKING:
    from clawkit.settings.model import Settings


def contradiction(settings: Settings) -> str:
    """The first thing that does not fit together, empty when all does."""
    for rule in RULES:
        for told in rule(settings):
            return told
    return ""


def _further(settings: Settings) -> Iterator[str]:
    for one in settings.gateways:
        named = next(iter(one.own), "")
        if one.upstream and named:
            yield f"gateways: {one.name} is run by somebody else (upstream), so {named} has no effect on it"
        counts = effective(settings, one)
        if one.openclaw is not None and one.gateway_image is None and names_one(counts.gateway_image):
            yield (f"gateways: openclaw of {one.name} has no effect, for gateway_image names one image, "
                   f"{counts.gateway_image}; give {one.name} a gateway_image of its own")  # fmt: skip
        if lends_its_own(one):
            yield from (f"gateways: {one.name}: {told}" for told in _model(counts))


def _ports(settings: Settings) -> Iterator[str]:
    if settings.http_port == settings.https_port:
        yield f"http_port and https_port are both {settings.https_port}"


def _names(settings: Settings) -> Iterator[str]:
    names = ["main", *(gateway.name for gateway in settings.gateways)]
    domains = [*_domains(settings), *settings.aliases]
    for kind, values in (("name", names), ("domain", domains)):
        for value in values:
            if values.count(value) > 1:
                where = "twice, and once as an alias" if value in settings.aliases else "in two gateways"
                yield f"the {kind} {value!r} stands {where}"


def _addresses(settings: Settings) -> Iterator[str]:
    # browsers send no server name for an address: the proxy could not tell one from the other
    addresses = [domain for domain in _domains(settings) if is_address(domain)]
    if len(addresses) > 1:
        yield f"only one gateway can be served at an address, and there are {' and '.join(addresses)}"
    for alias in settings.aliases:
        if is_address(alias):
            yield f"{alias!r} in aliases is an address, and only a name can be redirected"


def _certificate_files(settings: Settings) -> Iterator[str]:
    given = [key for key in ("tls_cert", "tls_key") if getattr(settings, key)]
    if settings.effective_tls == "files" and len(given) < 2:
        yield f"tls files needs both tls_cert and tls_key; given: {', '.join(given) or 'neither'}"
    if settings.effective_tls != "files" and given:
        yield f"{given[0]} is for tls files, and tls is {settings.tls}"


def _front(settings: Settings) -> Iterator[str]:
    if settings.effective_tls != "off":
        if settings.front_proxy:
            yield f"front_proxy is for tls off, and tls is {settings.tls}"
        return
    if not settings.front_proxy:
        yield "tls off needs front_proxy, the address of what terminates TLS, or nobody could tell who the client is"
    for item in settings.front_proxy:
        network = ipaddress.ip_network(item)
        if network.prefixlen == 0:
            yield f"front_proxy {item} is everybody: any client could then say who it is"
        if network.is_loopback and not ipaddress.ip_address(settings.listen).is_loopback:
            # what Docker's own proxy passes on has the bridge's address, whoever sent it
            yield f"front_proxy {item} is this host, so listen has to be 127.0.0.1 too, and it is {settings.listen}"


def _acme(settings: Settings) -> Iterator[str]:
    acme = settings.effective_tls in ("acme", "acme-staging")
    for key in ("acme_directory", "acme_ca", "acme_eab", "acme_profile", "acme_wildcard"):
        if getattr(settings, key) and not acme:
            yield f"{key} is for tls acme, and tls is {settings.effective_tls}"
    if settings.acme_challenge != "http-01" and not acme:
        yield f"acme_challenge {settings.acme_challenge} is for tls acme, and tls is {settings.effective_tls}"
    if settings.acme_directory and settings.tls == "acme-staging":
        yield "acme_directory and tls acme-staging are two authorities"
    if acme and not settings.acme_directory:
        for domain in (*_domains(settings), *settings.aliases):
            if not is_public(domain):
                yield f"no public authority issues a certificate for {domain!r}; use tls internal or an acme_directory"


def _dns(settings: Settings) -> Iterator[str]:
    given = [key for key in ("dns_hook", "dns_rfc2136") if getattr(settings, key)]
    if settings.acme_challenge == "dns-01" and len(given) != 1:
        yield f"acme_challenge dns-01 needs dns_hook or dns_rfc2136; given: {' and '.join(given) or 'neither'}"
    if settings.acme_challenge != "dns-01" and given:
        yield f"{given[0]} is for acme_challenge dns-01, and it is {settings.acme_challenge}"


def _wildcard(settings: Settings) -> Iterator[str]:
    zone = settings.acme_wildcard
    if zone and settings.acme_challenge != "dns-01":
        # CA/Browser Forum ballot SC45: since December 2021 no check by HTTP counts for a wildcard
        yield f"acme_wildcard {zone} needs acme_challenge dns-01, and it is {settings.acme_challenge}"
    own = [(settings.domain, *settings.aliases), *((gateway.domain,) for gateway in settings.gateways)]
    if zone and not any(wildcard.covers(zone, names) for names in own):
        named, covered = ", ".join(name for names in own for name in names), " and ".join(wildcard.names(zone))
        yield f"acme_wildcard covers {covered}, and no gateway with all of its names: {named}"


def _model(settings: Settings) -> Iterator[str]:
    for key in ("model_url", "model_key_file"):
        if getattr(settings, key) and not settings.model:
            yield f"{key} is for a model, and none is named: give model"
    if settings.model and not settings.model_url and "/" not in settings.model:
        yield f"model {settings.model!r} names no provider; write PROVIDER/NAME, or give model_url"


def _swarm(settings: Settings) -> Iterator[str]:
    if settings.engine != "swarm":
        return
    if settings.listen != "0.0.0.0":
        yield f"engine swarm publishes a port on every address of its node, and listen is {settings.listen}"


def _domains(settings: Settings) -> tuple[str, ...]:
    return (settings.domain, *(gateway.domain for gateway in settings.gateways))


RULES = (_ports, _names, _addresses, _certificate_files, _front, _acme, _dns, _wildcard, _model, _swarm, _further)
"""In the order in which they are told."""
