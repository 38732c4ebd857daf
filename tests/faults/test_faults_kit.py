"""The kit's own stacks, broken while they run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from faults.fault import Fault, Row, each, prove
from faults.kit import Kit
from faults.looks import PAGE, SOCKET
from faults.table_kit import CADDY, NGINX

pytestmark = [pytest.mark.docker, pytest.mark.faults, pytest.mark.timeout(300)]


@pytest.fixture(scope="session")
def kit_nginx() -> Iterator[Kit]:
    with Kit("nginx") as stack:
        yield stack


@pytest.fixture(scope="session")
def kit_caddy() -> Iterator[Kit]:
    with Kit("caddy") as stack:
        yield stack


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_a_healthy_kit_stack_gives_no_alarm(kind: str, request: pytest.FixtureRequest) -> None:
    stack: Kit = request.getfixturevalue(f"kit_{kind}")
    assert PAGE.healthy(PAGE.at(stack)) and SOCKET.healthy(SOCKET.at(stack))
    said = stack.doctor()
    assert said.code == 0 and not said.alarms and not said.crashed, str(said)


@pytest.mark.parametrize("fault", each(NGINX))
def test_behind_our_nginx_it_is_seen_named_first_and_healed(fault: Fault, kit_nginx: Kit, rows: list[Row]) -> None:
    rows.append(prove(kit_nginx, fault))


@pytest.mark.parametrize("fault", each(CADDY))
def test_behind_our_caddy_it_is_seen_named_first_and_healed(fault: Fault, kit_caddy: Kit, rows: list[Row]) -> None:
    rows.append(prove(kit_caddy, fault))
