"""Start-up time is imports: what a command does not need it must not load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"pydantic", "python_on_whales", "jinja2", "rich", "websockets", "cryptography", "yaml", "tenacity"}

PROGRAM = """
import sys
from clawkit.cli import main
code = main(sys.argv[1:])
sys.stderr.write(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
sys.exit(code)
"""

COMMANDS = {
    "--help": set[str](),
    "--version": set[str](),
    "config --dir config": {"pydantic", "yaml"},
    # tls off: a private authority is the one thing of a render that needs cryptography
    "render --dir render --tls off --front-proxy 10.0.0.5": {"pydantic", "yaml", "jinja2"},
    "up --help": {"pydantic", "yaml"},
    "explain token-mismatch": set[str](),
}

Processes = dict[str, subprocess.Popen[str]]


@pytest.fixture(scope="module")
def processes(nowhere: Path) -> Processes:
    """All at once: each has to start a Python of its own."""
    return {
        line: subprocess.Popen([sys.executable, "-c", PROGRAM, *line.split()], cwd=nowhere, text=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for line in COMMANDS
    }  # fmt: skip


@pytest.mark.parametrize("line", list(COMMANDS))
def test_a_command_loads_no_library_that_it_does_not_need(processes: Processes, line: str) -> None:
    _, said = processes[line].communicate(timeout=30)
    assert processes[line].returncode == 0, said
    assert set(said.splitlines()[-1].split()) & HEAVY <= COMMANDS[line]
