"""Every command that the docs tell to type is typed by a test, with its very options.

What one stack can do and stay as it is, is typed here; the rest in the suites whose tests are marked with it.
Words of the reader's own (FILE, /opt/claw, …) get something real in their place.
"""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from clawkit.settings.model import Settings
from clawkit.testing import OpenClawStack
from conftest import Clawkit, docker
from test_docs import FOUND, words_of
from typed import argv, named

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

STRANGER = Path(__file__).parents[1] / "cases/upstream-wrong-port"
COMMANDS = sorted({line for _, line in FOUND if line.startswith("clawkit ")})
ELSEWHERE = dict(named(Path(__file__).parent))
MENTIONED = {"clawkit switch"}
"""Verbs that a sentence names without what they need."""
BY_HAND = {"clawkit init", "clawkit logs -f"}
"""Typed below."""
DIR = re.compile(r"--dir \S+ ")
"""Given by the test."""
SILENT = {"--quiet", "--watch"}
"""They speak only when something is the matter."""
HERE = [line for line in COMMANDS if line not in {*ELSEWHERE, *MENTIONED, *BY_HAND}]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Clawkit]]:
    """A stack with a backup, beside a folder of somebody else's."""
    place = tmp_path_factory.mktemp("docs")
    case = next(one for one in sorted(STRANGER.iterdir()) if (one / "nginx.conf").exists())
    shutil.copytree(case, place / "stranger")
    with OpenClawStack(proxy="caddy") as running:
        assert Clawkit(running.folder)("backup", "create", str(place / "all.tar.gz")).code == 0
        containers = [running.container(service) for service in ("proxy", "gateway")]
        (place / "inspected.json").write_text(docker("inspect", *containers))
        (place / "stack").symlink_to(running.folder / "stack")
        yield place, Clawkit(running.folder)


def real(word: str, place: Path, line: str) -> str:
    """The word as somebody here would type it."""
    if word == "VERSION":
        return Settings().openclaw
    if line.startswith("clawkit doctor FILE"):
        return str(place / ("inspected.json" if word == "FILE" else "stack")) if word in ("FILE", "stack/") else word
    if word in ("FILE", "report.html", "page.html", "report.tar.gz"):
        return str(place / "all.tar.gz" if "backup verify" in line else place / "made" / word)
    if word == "DIR" or (word == "/opt/claw" and "--output" in line):
        return str(place / "rendered")
    foreign = ("FOLDER", "/opt/claw", "/etc/nginx", "/opt/openclaw", "nginx.conf", "error.log", "ss.txt")
    return str(place / "stranger") if word in foreign else word


def expected(words: list[str], place: Path) -> int:
    sick = str(place / "stranger") in words and words[0] == "doctor"
    differs = "diff" in words and "--proxy" in words and "--exit-code" in words
    return 1 if sick or differs else 0


@pytest.mark.parametrize("line", HERE)
def test_it_does_what_it_says(home: tuple[Path, Clawkit], line: str) -> None:
    place, run = home
    (place / "made").mkdir(exist_ok=True)
    words = [real(word, place, line) for word in words_of(DIR.sub("", line))[1:]]
    # renders it into the folder for good, or is the first word about it
    where = Clawkit(place / f"another-{words[0]}") if "--domain" in words else run
    said = where(*dict.fromkeys(words))
    assert said.code == expected(words, place), said.err + said.out
    assert said.out.strip() or SILENT & set(words)


@pytest.mark.types("clawkit logs -f")
def test_logs_are_followed_until_it_is_ended(home: tuple[Path, Clawkit]) -> None:
    with subprocess.Popen(argv(home[1].folder, "logs", "-f"), stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        try:
            assert following.stdout.readline().strip()
            assert following.poll() is None
        finally:
            following.terminate()


@pytest.mark.types("clawkit init")
def test_init_asks_a_person_and_takes_a_return_for_what_it_proposes(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(argv(tmp_path, "init"), stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        os.write(ours, b"claw.lan\n" + b"\n" * 10)
        assert running.wait(60) == 0
    os.close(ours)
    assert re.search(r"^domain: claw\.lan$", (tmp_path / "clawkit.yaml").read_text(), re.MULTILINE)


def test_a_mark_names_what_is_documented() -> None:
    assert set(ELSEWHERE) - set(COMMANDS) == set()
