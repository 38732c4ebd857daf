"""`make swarm`: what a Swarm of three nodes costs beside Compose on one machine; writes it into docs/swarm.md.

Both run the same two gateways behind the same proxy, at the same time, on the same machine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import page
from crowd import running
from deployment import CLAWKIT
from figure import Figure, side_by_side, timed, told
from section import Table
from swarm_rig import DOMAINS, Deployed, daemon_mb, deployed, visited

RUNS, EVENT_RUNS = 5, 3
COMMANDS = ("status", "verify", "doctor", "up")
SEEN = (0, 1)
"""A warning of verify is exit 0; a check that runs out of time on a busy machine has cost its time as well."""

PAGE = page.DOCS / "swarm.md"
BEGIN, END = "<!-- measured: begin, written by make swarm -->", "<!-- measured: end -->"

TEXT = """Measured by `make swarm`: three nodes, each a Docker daemon in a network namespace of its own, two gateways
and Caddy; beside them the same two gateways on Compose, both at the same time. They share the cores of one machine, so
the figures say what a Swarm adds and not how fast three machines are. During each event a visitor asks both gateways
every 50 ms; each event was made three times.
"""

Did = Callable[[Deployed], float]


def main(words: Sequence[str]) -> int:
    runs, begun = 1 if "--quick" in words else RUNS, time.monotonic()
    with deployed() as many, running(len(DOMAINS)) as one:
        tables = [commands(many, one, runs), events(many, runs), once(many)]
    machine = page.machine(runs, time.monotonic() - begun)
    text = "\n".join([TEXT, *machine, *(text for table in tables for text in table.lines())])
    print(text)
    if "--quick" not in words:
        before, _, rest = PAGE.read_text().partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{rest.partition(END)[2]}")
    return 0


def commands(many: Deployed, one: Path, runs: int) -> Table:
    once: dict[str, Callable[[], float]] = {}
    for name in COMMANDS:
        once[f"{name}, one"] = partial(timed, (CLAWKIT, name, "--dir", one), good=SEEN)
        once[f"{name}, many"] = partial(many.clawkit, name)
    found = side_by_side(once, runs)
    rows = []
    for name in COMMANDS:
        few, spread = found[f"{name}, one"], found[f"{name}, many"]
        told_as = f"`clawkit {name}`{', nothing to do' if name == 'up' else ''}"
        rows.append((told_as, str(few), str(spread), f"{spread.over(few):.1f} x"))
    return Table(("", "Compose, one machine", "Swarm, three nodes", "times as long"), rows)


def restarted(many: Deployed) -> float:
    return many.clawkit("restart", "gateway-g1")


def moved(many: Deployed) -> float:
    """To the node of the other gateway, or back."""
    away = (many.node_of("gateway-g1"), many.node_of("proxy"))
    target = next(node for node in many.nodes.all if node not in away)
    return many.clawkit("gateways", "move", "g1", "--node", target.name)


def replaced(many: Deployed) -> float:
    """The proxy's configuration is another, so its container is, too."""
    many.hold += 1
    return many.clawkit("up", "--hold", str(many.hold))


EVENTS: tuple[tuple[str, Did], ...] = (
    ("`restart` of a gateway", restarted),
    ("`gateways move`, empty workspace", moved),
    ("`up` with another `hold`: the proxy is replaced", replaced),
)


def events(many: Deployed, runs: int) -> Table:
    head = ("event", "took", "longest wait there", "failed there", "failed at the other", "without an answer")
    return Table(head, [event(many, name, did, min(runs, EVENT_RUNS)) for name, did in EVENTS])


def event(many: Deployed, name: str, did: Did, runs: int) -> tuple[str, ...]:
    took, waits, silent, asked, failed, others = [], [], [], 0, 0, 0
    for _ in range(runs):
        with visited(many) as visitors:
            took.append(did(many))
        there, other = visitors["gateway-g1"], visitors["gateway"]
        waits.append(there.longest)
        silent.append(there.silent)
        asked, failed, others = asked + len(there.seen), failed + there.failed, others + other.failed
    return (name, str(Figure("s", tuple(took))), str(Figure("s", tuple(waits))), f"{failed} of {asked}", str(others),
            str(Figure("s", tuple(silent))))  # fmt: skip


def once(many: Deployed) -> Table:
    return Table(("", ""), list(facts(many)))


def facts(many: Deployed) -> Iterator[tuple[str, str]]:
    yield "first `up`, the image handed to two nodes", told(many.first, "s")
    for service in ("gateway", "gateway-g1", "proxy"):
        yield f"memory of {service}", told(many.memory_mb(service), "MB")
    engines = [daemon_mb(node) for node in many.nodes.all]
    yield "memory of Docker itself, on each node", f"{min(engines):.0f} to {max(engines):.0f} MB"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
