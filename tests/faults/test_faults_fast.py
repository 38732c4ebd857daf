"""The most frequent faults, on hand-written stacks of both proxies: seen, named first, healed."""

from __future__ import annotations

import pytest

from faults.fault import Fault, Row, each, prove
from faults.foreign import Foreign
from faults.looks import ASSET, BODY, CERTIFICATE, ORIGIN, PAGE, PLAIN, SOCKET
from faults.table_caddy import FAST as CADDY
from faults.table_nginx import FAST as NGINX

pytestmark = [pytest.mark.docker, pytest.mark.timeout(240)]

LOOKS = (PAGE, ASSET, PLAIN, SOCKET, ORIGIN, BODY, CERTIFICATE)


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_a_healthy_strangers_stack_gives_no_alarm(kind: str, request: pytest.FixtureRequest) -> None:
    stack: Foreign = request.getfixturevalue(f"foreign_{kind}")
    seen = {look.name: look.at(stack) for look in LOOKS if not look.healthy(look.at(stack))}
    assert not seen
    said = stack.doctor()
    assert said.code == 0 and not said.alarms and not said.crashed, str(said)


@pytest.mark.parametrize("fault", each(NGINX, every_day=7))
def test_on_nginx_it_is_seen_named_first_and_healed(fault: Fault, foreign_nginx: Foreign, rows: list[Row]) -> None:
    rows.append(prove(foreign_nginx, fault))


@pytest.mark.parametrize("fault", each(CADDY, every_day=5))
def test_on_caddy_it_is_seen_named_first_and_healed(fault: Fault, foreign_caddy: Foreign, rows: list[Row]) -> None:
    rows.append(prove(foreign_caddy, fault))
