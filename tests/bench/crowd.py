"""What a command takes with ten real gateways, beside what it takes with one."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import why
from deployment import CLAWKIT
from figure import LIMIT_SECONDS, Figure, side_by_side, timed
from section import Section, Table, Target, at_most

from clawkit.testing import free_ports

COUNTS = (1, 10)
COMMANDS = ("status", "verify", "doctor")
MEMORY_MB, HELD_MB = 1024, 600
"""The limit of each gateway, and what one was seen to hold while it starts (768 MB at most, and seldom all at once)."""
SPARE_MB = 2048
HOLD = 600
FACTOR = 2.0
AT_ONCE = 3
SEEN = (0, 1)
"""A check that runs out of time on a busy machine has cost its time as well."""

TEXT = """Real gateways, all idle; the whole command is timed, start of Python included, and both stacks run at the same
time, so that the machine is the same for both. `verify` looks at two gateways for each core at a time: ten at once are
too many for the time limits of its own checks on a small machine.
"""


def measured(runs: int) -> Section:
    if not fits():
        return Section("Many gateways", f"Not measured: {sum(COUNTS)} gateways do not fit into the memory here.")
    with ExitStack() as stacks:
        folders = {count: stacks.enter_context(running(count)) for count in COUNTS}
        once = {f"{command} {count}": partial(timed, (CLAWKIT, command, "--dir", folders[count]), good=SEEN)
                for command in COMMANDS for count in COUNTS}  # fmt: skip
        found = side_by_side(once, runs)
    few, many = COUNTS
    rows = [(f"`clawkit {one}`", str(found[f"{one} {few}"]), str(found[f"{one} {many}"]), f"{ratio(found, one):.2f} x")
            for one in COMMANDS]  # fmt: skip
    head = ("", "one gateway", f"{many} gateways", "times as long")
    return Section("Many gateways", TEXT, [Table(head, rows)], targets=list(judged(found)))


def ratio(found: dict[str, Figure], command: str) -> float:
    few, many = COUNTS
    return found[f"{command} {many}"].over(found[f"{command} {few}"])


def judged(found: dict[str, Figure]) -> Iterator[Target]:
    for one in COMMANDS:
        yield at_most(f"`{one}` with ten gateways, of one", ratio(found, one), FACTOR, "x", why.CROWD)


def fits() -> bool:
    lines = Path("/proc/meminfo").read_text().splitlines()
    free = next(int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable"))
    return free > sum(COUNTS) * HELD_MB + SPARE_MB


@contextmanager
def running(count: int) -> Iterator[Path]:
    """Started three at a time: on a small machine ten that start at once are too slow for OpenClaw's own limits."""
    with tempfile.TemporaryDirectory(prefix="clawkit-bench-") as temporary:
        folder = Path(temporary) / f"stack-of-{count}"
        folder.mkdir()
        http_port, https_port = free_ports(2)
        flags = ["--http-port", str(http_port), "--https-port", str(https_port), "--gateway-memory", f"{MEMORY_MB}m",
                 "--listen", "127.0.0.1", "--hold", str(HOLD), "--timeout", str(HOLD)]  # fmt: skip
        try:
            timed((CLAWKIT, "up", "--dir", folder, *flags), good=SEEN)
            for number in range(1, count):
                timed((CLAWKIT, "gateways", "add", f"g{number}", "--domain", f"g{number}.lan", "--dir", folder))
                if number % AT_ONCE == 0 or number == count - 1:
                    timed((CLAWKIT, "up", "--dir", folder), good=SEEN)
            yield folder
        finally:
            away = (CLAWKIT, "down", "--volumes", "--yes", "--dir", folder)
            subprocess.run(away, timeout=LIMIT_SECONDS, capture_output=True)
