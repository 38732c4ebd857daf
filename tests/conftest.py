"""Traps for every test: no real home, no settings from outside, and no network or engine for tests that need none."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest

NO_ENGINE = "unix:///nonexistent/docker.sock"


def is_unit(request: pytest.FixtureRequest) -> bool:
    return "unit" in Path(request.node.path).parts


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("CLAWKIT_") and name != "CLAWKIT_GOLDEN":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def nowhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all: a folder per test would cost more than most tests."""
    return tmp_path_factory.mktemp("nowhere")


@pytest.fixture(autouse=True)
def home(request: pytest.FixtureRequest, nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("docker") is None:
        monkeypatch.setenv("HOME", str(nowhere / "home"))


@pytest.fixture(autouse=True)
def elsewhere(request: pytest.FixtureRequest, nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit test that forgets --dir must not write into the checkout, nor reach this machine's engine."""
    if is_unit(request):
        monkeypatch.chdir(nowhere)
        monkeypatch.setenv("DOCKER_HOST", NO_ENGINE)


@pytest.fixture(autouse=True)
def sockets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unit tests reach loopback alone: a probe may be tested against a server of the test's own."""
    if not is_unit(request):
        return
    real = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise AssertionError(f"a unit test reached for {address}")
        if isinstance(address, str) and "docker" in address:
            raise AssertionError("a unit test reached for Docker")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
