from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest

from clawkit.errors import EnvironmentMissing
from clawkit.settings.values import private_pool
from clawkit.subnet import PLACES, Network, choose, host_networks

HEADER = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"


def route(network: str) -> str:
    """A line of /proc/net/route as a little-endian kernel prints it."""
    parsed = ipaddress.IPv4Network(network)
    target, mask = (address.packed[::-1].hex().upper() for address in (parsed.network_address, parsed.netmask))
    return f"eth0\t{target}\t00000000\t0001\t0\t0\t0\t{mask}\t0\t0\t0\n"


def networks(tmp_path: Path, *routes: str, resolv: str = "") -> list[str]:
    (tmp_path / "route").write_text(HEADER + "".join(route(one) for one in routes))
    (tmp_path / "resolv.conf").write_text(resolv)
    return [str(found) for found in host_networks(tmp_path / "route", tmp_path / "resolv.conf")]


def test_a_kernel_line_is_read_as_it_is_printed(tmp_path: Path) -> None:
    (tmp_path / "route").write_text(HEADER + "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n")
    assert [str(found) for found in host_networks(tmp_path / "route", tmp_path / "none")] == ["172.17.0.0/16"]


def test_routes_and_name_servers_are_taken_into_account(tmp_path: Path) -> None:
    resolv = "search lan\nnameserver 10.80.0.1\nnameserver fd00::53\nnameserver\n"
    assert networks(tmp_path, "192.168.1.0/24", "10.77.8.5/32", resolv=resolv) == [
        "192.168.1.0/24", "10.77.8.5/32", "10.80.0.1/32",
    ]  # fmt: skip


def test_the_default_route_and_the_two_halves_of_a_vpn_are_no_neighbours(tmp_path: Path) -> None:
    assert networks(tmp_path, "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8") == ["10.0.0.0/8"]


def test_a_host_without_these_files_has_no_known_networks(tmp_path: Path) -> None:
    assert host_networks(tmp_path / "none", tmp_path / "none") == []


def test_the_choice_overlaps_nothing_that_is_taken() -> None:
    taken = [Network("10.0.0.0/8"), Network("172.24.0.0/14")]
    chosen = Network(choose("/srv/claw", taken))
    assert not any(chosen.overlaps(other) for other in taken)


def test_the_same_folder_chooses_the_same_again_and_another_seldom_does() -> None:
    assert choose("/srv/a", []) == choose("/srv/a", [])
    assert len({choose(f"/srv/{number}", []) for number in range(20)}) > 15


def test_every_candidate_is_a_subnet_that_the_settings_would_take() -> None:
    assert all(private_pool(f"{place}/21") for place in PLACES)


def test_when_everything_is_taken_the_error_says_how_to_name_one() -> None:
    with pytest.raises(EnvironmentMissing) as refused:
        choose("x", [Network("0.0.0.0/0")])
    assert refused.value.fix == "name one: --subnet 10.77.0.0/21"
