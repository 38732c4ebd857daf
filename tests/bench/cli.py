"""The command line itself: how long one waits for a word, and what of that is Python's, Docker's and ours."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import why
from deployment import CLAWKIT, Deployment
from figure import Figure, side_by_side, timed
from scale import nginx_conf
from section import Bars, Section, Table, Target, at_most

PYTHON = "python -c pass"
BOUNDS = {"--help": 0.08, "render": 0.15, "status": 0.4, "verify": 2.0, "doctor on files": 1.0, "doctor, live": 3.0}
TOP = 10
IMPORTS = {"--help": ("--help",), "render": ("render", "--dir"), "status": ("status", "--dir")}
TEXT = """The installed `clawkit`, from the start of the process to its end, on a stack that runs; the first line is
what any Python program takes, the two below it what asking Docker takes.
"""


def measured(deployment: Deployment, runs: int) -> Section:
    with tempfile.TemporaryDirectory(prefix="clawkit-bench-") as temporary:
        found = commands(deployment, Path(temporary), runs)
        imports = [table for name, words in IMPORTS.items() for table in imported(name, words, Path(temporary))]
    floor = found[PYTHON]
    rows = [(name, str(figure), f"{figure.over(floor):.1f}") for name, figure in found.items()]
    shown = {name: {"": figure.median} for name, figure in found.items()}
    return Section(
        "Command line", TEXT, [Table(("", "", "of Python's own start"), rows), *imports],
        [Bars("cli", "From the start of a command to its end, milliseconds", "ms", shown)], list(judged(found)),
    )  # fmt: skip


def commands(deployment: Deployment, folder: Path, runs: int) -> dict[str, Figure]:
    (folder / "nginx.conf").write_text(nginx_conf(1))
    timed((CLAWKIT, "render", "--dir", folder / "own"))
    here, compose = ("--dir", deployment.folder), ("docker", "compose")
    once = {
        PYTHON: partial(timed, (sys.executable, "-c", "pass")),
        "docker compose version": partial(timed, (*compose, "version")),
        "docker compose ps": partial(timed, (*compose, "ps"), cwd=deployment.rendered),
        "--help": partial(timed, (CLAWKIT, "--help")),
        "--version": partial(timed, (CLAWKIT, "--version")),
        "render": partial(timed, (CLAWKIT, "render", "--dir", folder / "own")),
        "config": partial(timed, (CLAWKIT, "config", *here)),
        "explain": partial(timed, (CLAWKIT, "explain", "token-mismatch")),
        "status": partial(timed, (CLAWKIT, "status", *here)),
        "verify": partial(timed, (CLAWKIT, "verify", *here)),
        "doctor on files": partial(timed, (CLAWKIT, "doctor", folder / "nginx.conf"), good=(0, 1)),
        "doctor, live": partial(timed, (CLAWKIT, "doctor", *here), good=(0, 1)),
    }
    return side_by_side(once, runs, "ms", 1000)


def imported(name: str, words: tuple[str, ...], folder: Path) -> Iterator[Table]:
    """By `python -X importtime`: what a module takes with all that it loads, least nested first."""
    where = (str(folder / "own"),) if words[-1] == "--dir" else ()
    command = (sys.executable, "-X", "importtime", str(CLAWKIT), *words, *where)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    found = re.findall(r"^import time:\s+(\d+) \|\s+(\d+) \|\s+(\S+)$", done.stderr, re.MULTILINE)
    most = sorted(((int(total), int(own), module) for own, total, module in found), reverse=True)[:TOP]
    rows = [(module, f"{total / 1000:.1f} ms", f"{own / 1000:.1f} ms") for total, own, module in most]
    yield Table((f"modules that `{name}` loads: top {TOP} of {len(found)}", "with what they load", "alone"), rows,
                note="Once, and slower than without the counting.")  # fmt: skip


def judged(found: dict[str, Figure]) -> Iterator[Target]:
    for name, bound in BOUNDS.items():
        yield at_most(f"`{name}`", found[name].median, bound * 1000, "ms", why.COMMANDS.get(name, ""))
