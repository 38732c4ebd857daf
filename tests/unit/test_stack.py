from __future__ import annotations

import ipaddress
from dataclasses import replace
from itertools import combinations

import pytest

from clawkit.stack import slugged
from fakes import make_stack

GATEWAYS = [{"name": "alice", "domain": "alice.example.com"}, {"name": "bob", "domain": "bob.example.com"}]


@pytest.mark.parametrize(("domain", "port", "origin", "host"), [
    ("example.com", 443, "https://example.com", "example.com"),
    ("example.com", 8443, "https://example.com:8443", "example.com"),
    ("::1", 443, "https://[::1]", "[::1]"),
    ("192.168.1.5", 8443, "https://192.168.1.5:8443", "192.168.1.5"),
    ("bücher.example", 443, "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
])  # fmt: skip
def test_the_origin_is_what_a_browser_sends(domain: str, port: int, origin: str, host: str) -> None:
    stack = make_stack(domain=domain, https_port=port)
    assert (stack.gateways[0].origin, stack.gateways[0].host, stack.url) == (origin, host, origin + "/")


def test_the_ordinary_deployment_has_one_gateway_with_plain_names() -> None:
    (gateway,) = make_stack().gateways
    assert (gateway.name, gateway.service, gateway.network, gateway.volume) == ("main", "gateway", "backend", "state")
    assert gateway.upstream == "10.77.10.3:18789"


def test_every_gateway_is_alone_with_the_proxy() -> None:
    stack = make_stack(domain="example.com", gateways=GATEWAYS)
    networks = [gateway.subnet for gateway in stack.gateways] + [stack.edge_subnet, stack.egress_subnet]
    parsed = [ipaddress.ip_network(text) for text in networks]
    assert all(one.subnet_of(ipaddress.ip_network(stack.pool)) for one in parsed)  # type: ignore[arg-type]
    assert not any(one.overlaps(other) for one, other in combinations(parsed, 2))
    for names in zip(*((g.service, g.network, g.volume, g.token_file, g.address) for g in stack.gateways), strict=True):
        assert len(set(names)) == 3


@pytest.mark.parametrize(("version", "numbers"), [
    ("2.11.4", (2, 11, 4)),
    ("v2.8.0", (2, 8, 0)),
    ("2.11.4-alpine", (2, 11, 4)),
    ("1.22.1-9+deb12u1", (1, 22, 1)),
    ("", (2, 11, 4)),
    ("stable", (2, 11, 4)),
])  # fmt: skip
def test_the_version_of_the_proxy_is_read_from_its_image(version: str, numbers: tuple[int, ...]) -> None:
    stack = make_stack()
    images = replace(stack.images, proxy=replace(stack.images.proxy, version=version))
    assert replace(stack, images=images).proxy_version == numbers


@pytest.mark.parametrize(("settings", "value"), [
    ({"domain": "example.com"}, "max-age=5184000"),
    ({"domain": "example.com", "hsts": "off"}, ""),
    ({"domain": "example.com", "tls": "internal"}, ""),
    ({"domain": "example.com", "tls": "acme-staging"}, ""),
    ({"domain": "localhost"}, ""),
])  # fmt: skip
def test_browsers_are_bound_to_https_only_with_a_publicly_trusted_certificate(
    settings: dict[str, str], value: str
) -> None:
    assert make_stack(**settings).hsts == value


@pytest.mark.parametrize(("listen", "mapping"), [
    ("0.0.0.0", "0.0.0.0:8443:443"),
    ("::1", "[::1]:8443:443"),
])  # fmt: skip
def test_a_port_is_published_on_the_address_that_was_asked_for(listen: str, mapping: str) -> None:
    assert make_stack(listen=listen).published(8443, 443) == mapping


def test_only_a_gateway_that_is_an_address_is_shown_without_a_server_name() -> None:
    assert make_stack(domain="example.com").address_gateway is None
    gateways = [{"name": "lan", "domain": "192.168.1.5"}]
    by_address = make_stack(domain="example.com", tls="internal", gateways=gateways)
    assert by_address.address_gateway == by_address.gateways[1]


@pytest.mark.parametrize(("folder", "project"), [
    ("demo", "demo"), ("My Claw!", "my-claw"), ("...", "stack"), ("Ünï", "n"), ("", "stack"), ("a" * 60, "a" * 30),
])  # fmt: skip
def test_any_folder_name_gives_a_project_name(folder: str, project: str) -> None:
    assert slugged(folder) == project
