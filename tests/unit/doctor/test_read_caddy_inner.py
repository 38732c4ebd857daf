"""A hop to a listener of Caddy's own is followed; what merely listens on the loopback stays a site."""

from __future__ import annotations

from pathlib import Path

from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.readers.caddy import read
from clawkit.doctor.readers.text import TextFile

OUTER = """claw.example.net {
	reverse_proxy 127.0.0.1:9000 {
		header_up X-Real-IP {remote_host}
	}
}
"""


def proxy(text: str) -> Proxy:
    path = Path("/nowhere/Caddyfile")
    return read([TextFile(path, "Caddyfile", text)], caddy="")[0]


def ports(found: Proxy) -> set[int]:
    return {one.port for site in found.sites for one in site.listeners}


def target(found: Proxy) -> str:
    """Where the public site leads."""
    (site,) = [site for site in found.sites if site.serves_tls]
    (route,) = site.routes
    assert route.upstream is not None
    return ", ".join(map(str, route.upstream.targets))


def test_an_inner_site_is_seen_through_and_is_no_site_of_its_own() -> None:
    found = proxy(
        OUTER
        + """http://claw.example.net:9000 {
	bind 127.0.0.1
	reverse_proxy openclaw:18789 {
		header_up X-Forwarded-For {header.X-Forwarded-For}
		header_up X-Inner yes
	}
}
"""
    )
    assert (target(found), ports(found)) == ("openclaw:18789", {80, 443})
    (route,) = [route for site in found.sites if site.serves_tls for route in site.routes]
    assert {name: value.value for name, value in route.headers_up.items()} == {
        "x-real-ip": "{remote_host}", "x-inner": "yes"}  # fmt: skip


def test_a_program_of_the_host_on_that_port_is_not_taken_for_a_site() -> None:
    assert target(proxy(OUTER)) == "127.0.0.1:9000"


def test_a_site_that_nobody_asks_stays_one_although_only_this_host_can() -> None:
    found = proxy(OUTER + "http://claw.example.net:9001 {\n\tbind 127.0.0.1\n\treverse_proxy openclaw:18789\n}\n")
    assert ports(found) == {80, 443, 9001}


def test_inner_sites_that_lead_to_different_places_leave_the_hop_as_it_is() -> None:
    inner = "http://:9000 {\n\tbind 127.0.0.1\n\treverse_proxy /a* one:1\n\treverse_proxy two:2\n}\n"
    assert target(proxy(OUTER + inner)) == "127.0.0.1:9000"
