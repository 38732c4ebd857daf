"""Faults of the gateway behind the hand-written nginx: its settings, its container, its volume."""

from __future__ import annotations

import pytest

from faults.fault import Fault, Row, each, prove
from faults.foreign import Foreign
from faults.table_gateway import CONTAINERS, SETTINGS

pytestmark = [pytest.mark.docker, pytest.mark.faults, pytest.mark.timeout(300)]


@pytest.mark.parametrize("fault", each(SETTINGS))
def test_a_wrong_setting_is_seen_named_first_and_healed(fault: Fault, foreign_nginx: Foreign, rows: list[Row]) -> None:
    rows.append(prove(foreign_nginx, fault))


@pytest.mark.parametrize("fault", each(CONTAINERS))
def test_a_broken_container_is_seen_named_first_and_healed(fault: Fault, foreign_caddy: Foreign,
                                                           rows: list[Row]) -> None:  # fmt: skip
    rows.append(prove(foreign_caddy, fault))
