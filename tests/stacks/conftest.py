"""Real containers: images are built once per run, stacks are shared where a test leaves them as they were."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pictures
import pytest

import clawkit
from clawkit.testing import OpenClawStack
from typed import MARK, TYPED, argv, was_typed

LIMIT = 300
SCHEMAS = Path(clawkit.__file__).parent / "report/schemas"


@pytest.fixture(autouse=True, scope="session")
def engine() -> None:
    """Without an engine these tests are skipped with the reason; CI counts that as a failure."""
    done = subprocess.run(["docker", "info"], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        reason = "no Docker engine answers; start one with scripts/ensure-engine"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


@pytest.fixture(autouse=True, scope="module")
def nothing_typed_yet() -> None:
    TYPED.clear()


@pytest.fixture(autouse=True)
def types(request: pytest.FixtureRequest) -> Iterator[None]:
    """Holds a test against the documented commands that it says it types."""
    yield
    for mark in request.node.iter_markers(MARK):
        missing = [line for line in mark.args if not was_typed(line, TYPED)]
        assert not missing, f"marked as typed, and not typed: {missing}"


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Clawkit:
    """The command line as a user types it, in a folder."""

    folder: Path

    def __call__(self, *words: str, environ: Mapping[str, str] | None = None, given: str = "") -> Said:
        done = subprocess.run(argv(self.folder, *words), capture_output=True, text=True, timeout=LIMIT, input=given,
                              env={**os.environ, **(environ or {})})  # fmt: skip
        if "--json" in words:
            as_promised(done.stdout)
        return Said(done.returncode, done.stdout, done.stderr)


def as_promised(out: str) -> None:
    """Every object that a real run prints is held against its schema in the repository."""
    told = json.loads(out)
    name = "error" if "error" in told else told["command"]
    jsonschema.validate(told, json.loads((SCHEMAS / f"{name}.json").read_text()))


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if taken := sorted(pictures.FOLDER.glob("*.png")):
        terminalreporter.write_line(f"{len(taken)} pictures of pages: {pictures.FOLDER}")
