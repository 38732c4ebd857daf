"""The stacks that are broken, each with one gateway for the whole run, and the table of what was proven."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.fault import Row
from faults.foreign import Foreign
from faults.paper import write


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fault-table", type=Path, metavar="FILE", help="write what was proven as a table")


@pytest.fixture(autouse=True, scope="session")
def docker_answers() -> None:
    if subprocess.run(["docker", "info"], capture_output=True, timeout=60).returncode != 0:
        pytest.skip("no Docker engine answers; start one with scripts/ensure-engine")


@pytest.fixture(scope="session")
def rows(request: pytest.FixtureRequest) -> Iterator[list[Row]]:
    found: list[Row] = []
    yield found
    path: Path | None = request.config.getoption("--fault-table")
    if path is not None:
        write(path, found)


@pytest.fixture(scope="session")
def foreign_nginx() -> Iterator[Foreign]:
    with Foreign("nginx") as stack:
        yield stack


@pytest.fixture(scope="session")
def foreign_caddy() -> Iterator[Foreign]:
    with Foreign("caddy") as stack:
        yield stack
