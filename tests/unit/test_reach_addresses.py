from __future__ import annotations

import ipaddress
from pathlib import Path

from clawkit.reach import addresses

INET6 = """00000000000000000000000000000001 01 80 10 80       lo
fd000000000000000000000000000002 04 40 00 82     eth0
fe8000000000000000fc00fffe000001 04 40 20 80     eth0
"""
ROUTES = """Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
docker0 000011AC 00000000 0001 0 0 0 0000FFFF 0 0 0
eth0 00000000 010200C0 0003 0 0 0 00000000 0 0 0
"""


def test_own_addresses_are_those_of_every_interface_but_loopback(tmp_path: Path) -> None:
    (tmp_path / "inet6").write_text(INET6)
    found = addresses.own(tmp_path / "inet6", tmp_path / "none")
    assert found == {"fd00::2", "fe80::fc:ff:fe00:1"}


def test_the_kernel_of_this_machine_is_understood() -> None:
    assert not {"127.0.0.1", "::1"} & addresses.own()


def test_the_router_is_the_gateway_of_the_default_route(tmp_path: Path) -> None:
    (tmp_path / "route").write_text(ROUTES)
    assert addresses.router(tmp_path / "route") == "192.0.2.1"


def test_a_host_without_a_default_route_has_no_router(tmp_path: Path) -> None:
    (tmp_path / "route").write_text("\n".join(ROUTES.splitlines()[:2]))
    assert addresses.router(tmp_path / "route") == addresses.router(tmp_path / "none") == ""


def test_an_address_that_nobody_has_is_of_a_block_for_documentation() -> None:
    assert ipaddress.ip_address(addresses.between()[-1]) in ipaddress.ip_network("203.0.113.0/24")
