"""`up`, `switch`, `restore` and `upgrade` are killed after each line of theirs: the same command again ends the job.

Real containers throughout. `make killed` runs all points; `make test` one in the middle of all but `switch`, at a
line of `-v`, which shows each command run.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from images_local import local_image

from clawkit.engine.images import DockerImages
from clawkit.testing import free_ports
from clawkit.upgrade.journal import Journal
from conftest import Clawkit, Said, docker
from typed import argv

pytestmark = [pytest.mark.docker, pytest.mark.timeout(2400)]

MOST_LINES = 60
"""More than any of these commands says; a loop that gets there never reached the end of its command."""
NOTE = "/home/node/.openclaw/workspace/note"


@dataclass(frozen=True, slots=True)
class Home:
    run: Clawkit

    @property
    def project(self) -> str:
        return f"clawkit-{self.run.folder.name}"

    def note(self, text: str) -> None:
        docker("exec", f"{self.project}-gateway-1", "sh", "-c", f"echo {text} > {NOTE}")

    def noted(self) -> str:
        return docker("exec", f"{self.project}-gateway-1", "cat", NOTE)

    def setting(self, name: str) -> object:
        return json.loads(self.run("config", "--json").out)["settings"][name]["value"]

    def assert_whole(self, token: str) -> None:
        said = self.run("verify", "--json")
        assert json.loads(said.out)["ok"] is True, said.out
        assert (self.run.folder / "stack/secrets/main.token").read_text() == token
        left = docker("ps", "--all", "--format", "{{.Names}}", "--filter", f"name={self.project}").split()
        assert not [name for name in left if "rehearsal" in name or name.endswith("-task")], left


@pytest.fixture(scope="module", params=["caddy", pytest.param("nginx", marks=pytest.mark.long)])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    http_port, https_port = free_ports(2)
    run = Clawkit(tmp_path_factory.mktemp("killed") / secrets.token_hex(4))
    try:
        said = run("up", "--proxy", request.param, "--listen", "127.0.0.1", "--http-port", str(http_port),
                   "--https-port", str(https_port))  # fmt: skip
        assert said.code == 0, said.err
        yield Home(run)
    finally:
        run("down", "--volumes", "--yes")


@dataclass(frozen=True, slots=True)
class Points:
    numbers: Sequence[int]
    """Of lines."""
    more: tuple[str, ...] = ()


def killed_after(home: Home, words: Sequence[str], lines: int) -> bool:
    """Runs the command and kills it, with all that it started, at its n-th line; False: it ended before."""
    command = argv(home.run.folder, *words)
    silent, heard = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(command, stderr=heard, stdout=silent, start_new_session=True) as running:
        assert running.stderr is not None
        for number, _ in enumerate(running.stderr, start=1):
            if number == lines:
                os.killpg(running.pid, signal.SIGKILL)
                return True
    return False


def points(middle: int, *, every_day: bool = False) -> list[object]:
    """All for `make killed`; of one command, the line in the middle for every day."""
    long = pytest.mark.long
    return [pytest.param(Points(range(1, MOST_LINES)), marks=long, id="after-each-line"),
            pytest.param(Points((middle,), ("-v",)), marks=() if every_day else long, id="in-the-middle")]  # fmt: skip


def each(lines: Sequence[int], once: Callable[[int], bool]) -> None:
    """Goes through the points until the command outlives one."""
    for number in lines:
        if not once(number):
            assert number > 1
            return
    assert len(lines) == 1, "the command never came to its end"


@pytest.mark.parametrize("lines", points(middle=4, every_day=True))
def test_up(home: Home, lines: Points) -> None:
    token = (home.run.folder / "stack/secrets/main.token").read_text()

    def once(number: int) -> bool:
        wanted = (
            "--hold",
            str(60 + number),
            "--gateway-pids",
            str(500 + number),
        )  # the gateway is replaced, the proxy reloaded
        home.note(f"up-{number}")
        killed = killed_after(home, ("up", *wanted, *lines.more), number)
        said = home.run("up", *wanted)
        assert said.code == 0, said.err
        assert (home.setting("hold"), home.noted()) == (60 + number, f"up-{number}")
        home.assert_whole(token)
        return killed

    each(lines.numbers, once)


@pytest.mark.parametrize("lines", points(middle=5))
def test_switch(home: Home, lines: Points) -> None:
    token = (home.run.folder / "stack/secrets/main.token").read_text()

    def once(number: int) -> bool:
        other = {"caddy": "nginx", "nginx": "caddy"}[str(home.setting("proxy"))]
        killed = killed_after(home, ("switch", other, *lines.more), number)
        said = home.run("switch", other)
        assert said.code == 0, said.err
        assert home.setting("proxy") == other
        assert Journal(home.run.folder / "stack").read() is None
        home.assert_whole(token)
        return killed

    each(lines.numbers, once)


@pytest.mark.parametrize("lines", points(middle=4))
def test_restore(home: Home, lines: Points, tmp_path: Path) -> None:
    token, file = (home.run.folder / "stack/secrets/main.token").read_text(), str(tmp_path / "all.tar.gz")
    home.note("saved")
    assert home.run("backup", "create", file).code == 0

    def once(number: int) -> bool:
        home.note(f"later-{number}")
        killed = killed_after(home, ("backup", "restore", file, "--yes", *lines.more), number)
        said = restored(home, file)
        assert said.code == 0, said.err
        assert home.noted() == "saved"
        home.assert_whole(token)
        return killed

    each(lines.numbers, once)


def restored(home: Home, file: str) -> Said:
    """As the error of the first try says: without FILE where a restore is under way."""
    said = home.run("backup", "restore", "--yes")
    return home.run("backup", "restore", file, "--yes") if said.code == 2 else said


@pytest.mark.parametrize("lines", points(middle=7))
def test_upgrade(home: Home, lines: Points) -> None:
    """Between two images of one release, which is what a rebuild gives; test_upgrade_versions.py has two releases."""
    token = (home.run.folder / "stack/secrets/main.token").read_text()
    images = [variant(home, name) for name in ("one", "two")]

    def once(number: int) -> bool:
        home.note(f"upgrade-{number}")
        wanted = ("upgrade", "--gateway-image", images[number % 2])
        killed = killed_after(home, (*wanted, *lines.more), number)
        assert home.run("upgrade", "--resume").code in (0, 5)  # forward where it was sure, else back
        said = home.run(*wanted)
        assert said.code == 0, said.err
        assert (home.setting("gateway_image"), home.noted()) == (images[number % 2], f"upgrade-{number}")
        assert Journal(home.run.folder / "stack").read() is None
        home.assert_whole(token)
        return killed

    each(lines.numbers, once)


def variant(home: Home, name: str) -> str:
    base = docker("inspect", "--format", "{{.Config.Image}}", f"{home.project}-gateway-1")
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "variant").write_text(name)
        return local_image(DockerImages(), "variant", base, {"variant": Path(work) / "variant"}, name)
