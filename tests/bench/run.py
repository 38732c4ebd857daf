"""`make bench`: clawkit's times beside what a user would have instead, in one run on one machine.

Prints a table of medians over RUNS runs with their spread; a figure means something only beside its neighbour.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clawkit.testing import free_ports

RUNS = 5
CLAWKIT = [sys.executable, "-m", "clawkit"]


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    seconds: tuple[float, ...]

    def __str__(self) -> str:
        low, middle, high = min(self.seconds), statistics.median(self.seconds), max(self.seconds)
        return f"{self.name:44} {middle:8.3f} s   ({low:.3f} to {high:.3f}, {len(self.seconds)} runs)"


def timed(command: Sequence[str], *, cwd: Path | None = None, good: Sequence[int] = (0,)) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=cwd)
    took = time.perf_counter() - start
    if done.returncode not in good:
        raise SystemExit(f"{' '.join(command)} exited {done.returncode}: {done.stderr}")
    return took


def measure(name: str, once: Callable[[], float], runs: int = RUNS) -> Row:
    row = Row(name, tuple(once() for _ in range(runs)))
    print(row, flush=True)
    return row


def main() -> None:
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="clawkit-bench-") as temporary:
        folder = Path(temporary) / "stack-under-bench"
        http_port, https_port = free_ports(2)
        flags = ["--dir", str(folder), "--http-port", str(http_port), "--https-port", str(https_port)]
        try:
            small(flags)
            stack(folder, flags)
        finally:
            subprocess.run([*CLAWKIT, "down", "--volumes", "--yes", *flags[:2]], timeout=600, capture_output=True)


def small(flags: list[str]) -> None:
    floor = measure("python -c pass", lambda: timed([sys.executable, "-c", "pass"]))
    measure("clawkit --help", lambda: timed([*CLAWKIT, "--help"]))
    timed([*CLAWKIT, "render", *flags])
    render = measure("clawkit render", lambda: timed([*CLAWKIT, "render", *flags]))
    more = statistics.median(render.seconds) - statistics.median(floor.seconds)
    print(f"{'render, more than Python itself':44} {more:8.3f} s")


def stack(folder: Path, flags: list[str]) -> None:
    timed([*CLAWKIT, "up", *flags])
    measure("no-op clawkit up (verify included)", lambda: timed([*CLAWKIT, "up", *flags]))
    measure("clawkit verify", lambda: timed([*CLAWKIT, "verify", *flags[:2]]))
    measure("clawkit status", lambda: timed([*CLAWKIT, "status", *flags[:2]]))
    compose = ["docker", "compose", "-f", "compose.yaml"]
    rendered = folder / "stack"

    def warm(command: list[str]) -> Callable[[], float]:
        def once() -> float:
            timed([*compose, "down"], cwd=rendered)
            return timed(command, cwd=rendered)

        return once

    plain = measure("docker compose up -d --wait, same files", warm([*compose, "up", "-d", "--wait"]))
    ours = measure("warm clawkit up (verify included)", warm([*CLAWKIT, "up", *flags]))
    bound = 1.25 * statistics.median(plain.seconds) + 1
    print(f"{'bound: 1.25 x plain + 1 s':44} {bound:8.3f} s   ours {statistics.median(ours.seconds):.3f} s")


if __name__ == "__main__":
    main()
