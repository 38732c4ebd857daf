"""Which certificate a site shows, as far as it was seen, and which names it is good for."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from clawkit.doctor.links import sites
from clawkit.doctor.model.pem import SeenCertificate
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Site
from clawkit.doctor.model.setup import Setup


def file_of(setup: Setup, site: Site) -> SeenCertificate | None:
    """The PEM file that the site's configuration names, if it was among the files given."""
    path = site.tls.certificate
    if path is None:
        return None
    return next((one for one in setup.certificates if not one.served and one.path == path.value), None)


def ours(setup: Setup) -> Iterator[SeenCertificate]:
    """Served for one of our names, or named by one of our sites."""
    names = {name.value.lower() for _, site in sites(setup) for name in site.names}
    paths = {site.tls.certificate.value for _, site in sites(setup) if site.tls.certificate}
    for one in setup.certificates:
        asked = one.server_name.lower()
        about = not names or not asked or asked in names or any(covers(one, name) for name in names)
        if (one.served and about) or (one.path and one.path in paths):
            yield one


def covers(one: SeenCertificate, host: str) -> bool:
    """A wildcard stands for one label; the common name alone counts for no client of today."""
    host = host.lower().rstrip(".")
    return any(host == name or (name.startswith("*.") and host.partition(".")[2] == name[2:]) for name in one.names)


def origin_hosts(setup: Setup) -> dict[str, Place]:
    """Hosts that OpenClaw expects to be opened by https."""
    values = [origin for gateway in setup.gateways for origin in gateway.origins or ()]
    values += [gateway.public_origin for gateway in setup.gateways if gateway.public_origin]
    hosts = {urlsplit(value.value).hostname or "": value.at for value in values if value.value.startswith("https://")}
    return {host.lower(): place for host, place in hosts.items() if host not in ("", "*")}
