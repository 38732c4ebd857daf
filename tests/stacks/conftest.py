"""Real containers: images are built once per run, stacks are shared where a test leaves them as they were."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from clawkit.testing import OpenClawStack

LIMIT = 300


@pytest.fixture(autouse=True, scope="session")
def engine() -> None:
    """Without an engine these tests are skipped with the reason; CI counts that as a failure."""
    done = subprocess.run(["docker", "info"], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        reason = "no Docker engine answers; start one with scripts/ensure-engine"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Clawkit:
    """The command line as a user types it, in a folder."""

    folder: Path

    def __call__(self, *words: str, environ: Mapping[str, str] | None = None) -> Said:
        done = subprocess.run([sys.executable, "-m", "clawkit", *words, "--dir", str(self.folder)],
                              capture_output=True, text=True, timeout=LIMIT,
                              env={**os.environ, **(environ or {})})  # fmt: skip
        return Said(done.returncode, done.stdout, done.stderr)


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], capture_output=True, text=True, timeout=60, check=True).stdout.strip()


@pytest.fixture(scope="module", params=["caddy", "nginx"])
def stack(request: pytest.FixtureRequest) -> Iterator[OpenClawStack]:
    """A healthy stack of each proxy, for tests that leave it healthy."""
    with OpenClawStack(proxy=request.param) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A failing test shows what its stack said last."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    running = getattr(item, "funcargs", {}).get("stack")
    if report.when == "call" and report.failed and isinstance(running, OpenClawStack):
        report.sections.append(("stack", running.logs()))
    return report  # type: ignore[return-value]
