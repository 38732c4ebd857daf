"""What the Tab key offers, in the real shells that are there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
ENVIRON = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}

BASH = """eval "$(clawkit completion bash)"
COMP_WORDS=({words}); COMP_CWORD={index}; COMP_LINE="{words}"; _clawkit_completion clawkit
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def offered(*words: str) -> list[str]:
    line = " ".join(("clawkit", *words))
    said = subprocess.run(["bash", "-c", BASH.format(words=line + ("" if words[-1] else " ''"), index=len(words))],
                          capture_output=True, text=True, timeout=60, env=ENVIRON)  # fmt: skip
    assert said.returncode == 0, said.stderr
    return said.stdout.split()


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
@pytest.mark.parametrize(("words", "wanted"), [
    (("sw",), {"switch"}),
    (("switch", "c"), {"caddy"}),
    (("up", "--proxy", "n"), {"nginx"}),
    (("verify", "--only", "websocket-a"), {"websocket-auth"}),
    (("explain", "upstream-wrong"), {"upstream-wrong-port"}),
    (("gateways", "re"), {"remove"}),
])  # fmt: skip
def test_bash_offers_verbs_options_and_names(words: tuple[str, ...], wanted: set[str]) -> None:
    assert set(offered(*words)) == wanted


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_the_shell_can_read(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    script = subprocess.run(["clawkit", "completion", shell], capture_output=True, text=True, timeout=60, env=ENVIRON)
    read = subprocess.run([shell, "-n"], input=script.stdout, capture_output=True, text=True, timeout=60)
    assert (read.returncode, read.stderr) == (0, "")
