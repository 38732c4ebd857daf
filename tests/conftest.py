"""Traps for every test: no real home, and no network from tests that say they need none."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("CLAWKIT_") and name != "CLAWKIT_GOLDEN":
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("docker") is None:
        monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def sockets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Unit tests reach loopback alone: a probe may be tested against a server of the test's own."""
    if "unit" not in Path(request.node.path).parts:
        yield
        return
    real = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise AssertionError(f"a unit test reached for {address}")
        if isinstance(address, str) and "docker" in address:
            raise AssertionError("a unit test reached for Docker")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield
