"""Which sites and routes are OpenClaw's, and at which ports a target would reach it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from doctor_made import gateway, place, proxy, route, value

from clawkit.doctor.links import Reach, links, sites
from clawkit.doctor.model.compose import Compose, Port, Service
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.proxy import Where
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.origins import origins
from clawkit.doctor.reachable import right_ports


def test_the_only_proxied_site_is_meant_even_if_nothing_names_openclaw() -> None:
    setup = Setup(proxies=(proxy(route("127.0.0.1", 3000), name="chat.example.net"),))
    assert [link.target.port for link in links(setup)] == [3000]


def test_among_several_sites_the_port_decides() -> None:
    other = proxy(route("127.0.0.1", 3000), name="grafana.example.net")
    setup = Setup(proxies=(other, proxy(route("127.0.0.1", 18789), name="chat.example.net")))
    assert [link.site.names[0].value for link in links(setup)] == ["chat.example.net"]


def test_among_several_sites_without_any_sign_none_is_guessed() -> None:
    setup = Setup(
        proxies=(proxy(route("127.0.0.1", 3000), name="a.net"), proxy(route("127.0.0.1", 4000), name="b.net"))
    )
    assert links(setup) == () and sites(setup) == ()


def test_a_listed_origin_names_the_site() -> None:
    known = gateway(origins=(value("https://chat.example.net"),))
    wrong = proxy(route("127.0.0.1", 4000), name="chat.example.net")
    setup = Setup(proxies=(proxy(route("127.0.0.1", 3000), name="a.net"), wrong), gateways=(known,))
    assert [link.target.port for link in links(setup)] == [4000]


@pytest.mark.parametrize(
    ("host", "reach"),
    [("localhost", Reach.LOOPBACK), ("::1", Reach.LOOPBACK), ("host.docker.internal", Reach.HOST_ALIAS),
     ("10.0.0.7", Reach.ADDRESS), ("openclaw", Reach.SERVICE), ("openclwa", Reach.NAME)],
)  # fmt: skip
def test_names_are_told_apart(host: str, reach: Reach) -> None:
    setup = replace(composed(), proxies=(proxy(route(host, 18789), where=Where.CONTAINER),))
    assert links(setup)[0].reach is reach


def composed(published: int | None = None) -> Setup:
    ports = (Port(18789, published, place()),) if published else ()
    service = Service("openclaw", place(), ports=ports)
    known = replace(gateway(), service="openclaw")
    return Setup(compose=(Compose(place(), {"openclaw": service}),), gateways=(known,))


def test_the_host_proxy_needs_the_published_port_and_a_container_the_inner_one() -> None:
    host = replace(composed(28789), proxies=(proxy(route("127.0.0.1", 28789)),))
    ports = right_ports(host, links(host)[0])
    assert ports is not None and ports.numbers == {28789} and ports.certain
    inner = replace(composed(28789), proxies=(proxy(route("openclaw", 28789), where=Where.CONTAINER),))
    ports = right_ports(inner, links(inner)[0])
    assert ports is not None and ports.numbers == {18789}


def test_an_unpublished_gateway_has_no_right_port_on_the_host() -> None:
    setup = replace(composed(), proxies=(proxy(route("127.0.0.1", 18789)),))
    assert right_ports(setup, links(setup)[0]) is None


def test_origins_name_the_published_port_and_leave_patterns_out() -> None:
    made = replace(proxy(route("openclaw", 18789)), service="web", where=Where.CONTAINER)
    web = Service("web", place(), ports=(Port(443, 8443, place()),))
    setup = Setup(proxies=(made,), compose=(Compose(place(), {"web": web}),))
    assert [str(origin) for origin in origins(setup, made, made.sites[0])] == ["https://claw.example.net:8443"]
    wild = replace(made.sites[0], names=(Value("*.example.net", place()), Value("_", place())))
    assert list(origins(setup, made, wild)) == []
