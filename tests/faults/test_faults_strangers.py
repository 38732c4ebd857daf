"""The rarer faults of the hand-written stacks."""

from __future__ import annotations

import pytest

from faults.fault import Fault, Row, each, prove
from faults.foreign import Foreign
from faults.table_caddy import MORE as CADDY
from faults.table_nginx_more import MORE as NGINX

pytestmark = [pytest.mark.docker, pytest.mark.faults, pytest.mark.timeout(300)]


@pytest.mark.parametrize("fault", each(NGINX))
def test_on_nginx_it_is_seen_named_first_and_healed(fault: Fault, foreign_nginx: Foreign, rows: list[Row]) -> None:
    rows.append(prove(foreign_nginx, fault))


@pytest.mark.parametrize("fault", each(CADDY))
def test_on_caddy_it_is_seen_named_first_and_healed(fault: Fault, foreign_caddy: Foreign, rows: list[Row]) -> None:
    rows.append(prove(foreign_caddy, fault))
