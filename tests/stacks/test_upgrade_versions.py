"""Two real releases of OpenClaw: up with a migration of the state, back with the state of before, and a broken one."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from callers import asking
from images_local import FOLDER, local_image

from clawkit.engine.images import DockerImages
from clawkit.testing import OpenClawStack
from clawkit.upgrade.journal import Journal
from conftest import Clawkit, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

OLD, NEW = "2026.8.2", "2026.9.6"
PATIENCE = 200.0
WORKSPACE = "/home/node/.openclaw/workspace"


@pytest.fixture(scope="module")
def aged() -> Iterator[OpenClawStack]:
    """A stack of the older release; the tests are its life, in order."""
    with OpenClawStack("nginx", build="always", openclaw=OLD, hold=300) as running:
        yield running


def runs(stack: OpenClawStack) -> str:
    return docker("exec", stack.container("gateway"), "node", "openclaw.mjs", "--version").split()[1]


def note(stack: OpenClawStack, name: str) -> None:
    docker("exec", stack.container("gateway"), "touch", f"{WORKSPACE}/{name}")


def notes(stack: OpenClawStack) -> set[str]:
    return set(docker("exec", stack.container("gateway"), "ls", WORKSPACE).split())


def broken(fault: str, *, everywhere: bool = False) -> str:
    """An image of the newer release that passes every rehearsal and fails in its place, or fails in both."""
    base = next(tag for one in DockerImages().list("clawkit/openclaw") for tag in one.tags if f":{NEW}-" in tag)
    with tempfile.TemporaryDirectory() as work:
        program = Path(work) / "broken.mjs"
        text = (FOLDER / "broken.mjs").read_text().replace('"FAULT"', f'"{fault}"')
        program.write_text(text.replace("!one.internal", "true") if everywhere else text)
        return local_image(DockerImages(), "broken", base, {"broken.mjs": program}, fault)


@pytest.mark.types("clawkit upgrade", "clawkit upgrade 2026.9.6", "clawkit upgrade [VERSION]")
def test_the_new_release_takes_over_the_state(aged: OpenClawStack) -> None:
    note(aged, "of-the-old-release")
    assert runs(aged) == OLD
    proxy = aged.container("proxy"), docker("inspect", "--format", "{{.Id}}", aged.container("proxy"))
    with asking(aged.port, "localhost", patience=PATIENCE) as seen:
        said = Clawkit(aged.folder)("upgrade", NEW)
    assert said.code == 0, said.err
    assert set(seen["localhost"]) == {200}, "a request was lost"
    assert (proxy[0], docker("inspect", "--format", "{{.Id}}", proxy[0])) == proxy
    assert f"OpenClaw {OLD} -> {NEW}" in said.out
    assert runs(aged) == NEW
    assert aged.deployment.settings.openclaw == NEW
    assert "of-the-old-release" in notes(aged)
    again = Clawkit(aged.folder)("upgrade", NEW)
    assert (again.code, again.out) == (0, f"already OpenClaw {NEW}\n")


def test_a_release_that_fails_the_rehearsal_never_gets_the_state(aged: OpenClawStack) -> None:
    before = docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", aged.container("gateway"))
    said = Clawkit(aged.folder)("upgrade", "--gateway-image", broken("exit78", everywhere=True))
    assert said.code == 5, said.err
    assert "the rehearsal failed" in said.err
    assert "broken on purpose" in said.err
    assert docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", aged.container("gateway")) == before
    assert not [name for name in docker("ps", "-a", "--format", "{{.Names}}").split() if "rehearsal" in name
                and aged.stack.project in name]  # fmt: skip


def test_a_release_that_fails_in_its_place_is_undone_and_refused_next_time(aged: OpenClawStack) -> None:
    note(aged, "before-the-broken-one")
    image = broken("exit78")
    said = Clawkit(aged.folder)("upgrade", "--gateway-image", image)
    assert said.code == 5, said.err
    assert "exits 78" in said.err
    assert "the old stack serves again" in said.err
    assert "broken on purpose" in Path(said.err.split("less ")[1].split()[0]).read_text()
    assert runs(aged) == NEW
    assert notes(aged) >= {"before-the-broken-one", "of-the-old-release"}
    listed = docker("exec", aged.container("gateway"), "ls", "/home/node/.openclaw").split()
    assert "written-by-the-broken-one" not in listed
    again = Clawkit(aged.folder)("upgrade", "--gateway-image", image)
    assert again.code == 2
    assert "tried before and failed" in again.err


@pytest.mark.long
def test_a_run_that_is_killed_in_the_middle_is_ended_by_the_next(aged: OpenClawStack) -> None:
    """A release that never gets ready, so that there is time to kill the one who waits for it."""
    command = [sys.executable, "-m", "clawkit", "upgrade", "--gateway-image", broken("silent"), "--timeout", "90",
               "--dir", str(aged.folder)]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith("ok   swap"):
                running.send_signal(signal.SIGKILL)
                break
    assert Journal(aged.folder / "stack").read() is not None
    refused = Clawkit(aged.folder)("up")
    assert (refused.code, "clawkit upgrade --resume" in refused.err) == (2, True)
    said = Clawkit(aged.folder)("upgrade", "--resume")
    assert said.code == 5, said.err
    assert "the old stack serves again" in said.err
    assert runs(aged) == NEW
    assert Journal(aged.folder / "stack").read() is None


@pytest.mark.types("clawkit rollback", "clawkit rollback --yes")
def test_rollback_brings_back_the_old_release_with_its_state(aged: OpenClawStack) -> None:
    said = Clawkit(aged.folder)("rollback")
    assert said.code == 2, "it asks, and nobody is there"
    said = Clawkit(aged.folder)("rollback", "--yes")
    assert said.code == 0, said.err
    assert runs(aged) == OLD
    assert "of-the-old-release" in notes(aged)
    assert "before-the-broken-one" not in notes(aged)
    assert aged.deployment.settings.openclaw == OLD
    assert Clawkit(aged.folder)("rollback", "--yes").code == 2
