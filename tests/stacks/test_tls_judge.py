"""What outside judges say of the running stacks: nothing worse than the private CA."""

from __future__ import annotations

import pytest
from versions import every_day_on

import judges
from clawkit.testing import OpenClawStack

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900), every_day_on("caddy")]


def test_sslyze_finds_mozillas_intermediate_profile_kept(stack: OpenClawStack) -> None:
    assert judges.sslyze(f"localhost:{stack.port}{{127.0.0.1}}") == {}


def test_testssl_finds_no_old_protocol_and_no_weak_cipher(stack: OpenClawStack) -> None:
    assert judges.testssl("localhost", "127.0.0.1", stack.port) == []
