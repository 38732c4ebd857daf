"""`up`, `switch` and `down` beside plain docker compose on the very files, images and volumes."""

from __future__ import annotations

import re
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial

import why
from deployment import CLAWKIT, Deployment
from figure import LIMIT_SECONDS, Figure, side_by_side
from section import Bars, Section, Table, Target, at_most

FLOOR, WAIT, GUIDE, OURS = (
    "docker compose up -d, asked until it answers", "docker compose up -d --wait",
    "the same with the guide's proxy", "clawkit up",
)  # fmt: skip
STEP = re.compile(r"^ok\s+(.+?)\s+([\d.]+) s$", re.MULTILINE)
FACTOR, SPARE_SECONDS, NOTHING_TO_DO_SECONDS = 1.15, 1.0, 1.5

TEXT = """Images are there. The floor is `docker compose up -d` and then asking through the proxy ten times a second
until OpenClaw says that it has started; `--wait` ends when the containers' own health checks say so, and an engine
before 25.0 looks for the first time after a whole interval. All run on the files that clawkit rendered. `clawkit up`
also looks at the host, renders, and runs its checks through TLS before it ends. The time that OpenClaw needs to start
is in all of them. Between two runs everything is stopped and removed; that is measured too.
"""

Steps = list[dict[str, float]]


def measured(deployment: Deployment, runs: int, *, cold: bool = False) -> Section:
    steps: Steps = []
    warm, downs = cycles(deployment, runs, steps, empty=False)
    empty, _ = cycles(deployment, runs, [], empty=True)
    deployment.clawkit("up")
    again = side_by_side(
        {"no-op `clawkit up`": partial(deployment.clawkit, "up"),
         "no-op `docker compose up -d`": partial(deployment.compose, "up", "-d")}, runs
    )  # fmt: skip
    switches = switched(deployment, runs)
    tables = [
        Table(("from nothing running", "state there", "of the floor", "empty state", "of the floor"),
              [(name, *_beside(warm, name), *_beside(empty, name)) for name in warm]),
        Table(("nothing to do", ""), [(name, str(figure)) for name, figure in again.items()]),
        Table(("everything away", ""), [(name, str(figure)) for name, figure in downs.items()]),
        Table(("the other proxy", ""), [(name, str(figure)) for name, figure in switches.items()]),
        Table(("step of a warm `clawkit up`", "median"), [(n, f"{s:.1f} s") for n, s in medians(steps).items()]),
    ]  # fmt: skip
    if cold:
        tables.append(from_source(deployment))
    pictures = [
        Bars("deploy-up", "From nothing to healthy, seconds", "s",
             {"state there": {name: warm[name].median for name in warm},
              "empty state": {name: empty[name].median for name in empty}}),
        Bars("deploy-steps", "Where the time of a warm `clawkit up` goes", "s",
             {name: {"": seconds} for name, seconds in medians(steps).items()}),
    ]  # fmt: skip
    return Section("Deploy", TEXT, tables, pictures, list(judged(warm, again)))


def _beside(found: dict[str, Figure], name: str) -> tuple[str, str]:
    return (str(found[name]), f"{found[name].over(found[FLOOR]):.2f}") if name in found else ("", "")


def cycles(deployment: Deployment, runs: int, steps: Steps, *, empty: bool) -> tuple[dict[str, Figure], ...]:
    """Up and down again, in turns; with empty state only the two that matter."""
    ways: dict[str, Callable[[], float]] = {
        FLOOR: deployment.asked_until_it_started,
        WAIT: partial(deployment.compose, "up", "-d", "--wait"),
        GUIDE: partial(deployment.asked_until_it_started, deployment.guided),
        OURS: partial(ours, deployment, steps),
    }
    if empty:
        ways = {name: ways[name] for name in (FLOOR, OURS)}
    downs: dict[str, list[float]] = {"`docker compose down`": [], "`clawkit down`": []}
    gone = ["down", "--volumes"] if empty else ["down"]
    deployment.compose(*gone)

    def once(name: str) -> float:
        took = ways[name]()
        if name == OURS and not empty:
            downs["`clawkit down`"].append(deployment.clawkit("down"))
        else:
            downs["`docker compose down`"].append(deployment.compose(*gone))
        return took

    found = side_by_side({name: partial(once, name) for name in ways}, runs)
    return found, {name: Figure("s", tuple(values)) for name, values in downs.items() if values}


def ours(deployment: Deployment, steps: Steps) -> float:
    start = time.perf_counter()
    done = subprocess.run((CLAWKIT, "up", "--dir", deployment.folder), capture_output=True, text=True,
                          timeout=LIMIT_SECONDS)  # fmt: skip
    took = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"clawkit up exited {done.returncode}: {done.stdout}{done.stderr}")
    steps.append({name: float(seconds) for name, seconds in STEP.findall(done.stderr)})
    return took


def medians(steps: Steps) -> dict[str, float]:
    names = dict.fromkeys(name for run in steps for name in run)
    return {name: statistics.median(run.get(name, 0.0) for run in steps) for name in names}


def switched(deployment: Deployment, runs: int) -> dict[str, Figure]:
    """There and back; the last leaves the proxy that was there first."""
    pair = side_by_side({f"`clawkit switch {proxy}`": partial(deployment.clawkit, "switch", proxy)
                         for proxy in ("nginx", "caddy")}, max(1, runs // 2))  # fmt: skip
    deployment.copy_for_the_guide()
    return pair


def from_source(deployment: Deployment) -> Table:
    """The only part that needs packages from elsewhere: it removes the images, and builds them."""
    deployment.clawkit("down")
    subprocess.run(("docker", "builder", "prune", "--all", "--force"), check=True, timeout=LIMIT_SECONDS)
    names = subprocess.run(("docker", "images", "--format", "{{.Repository}}:{{.Tag}}", "clawkit/*"), check=True,
                           capture_output=True, text=True, timeout=60).stdout.split()  # fmt: skip
    subprocess.run(("docker", "rmi", "--force", *names), check=True, capture_output=True, timeout=LIMIT_SECONDS)
    figure = side_by_side({"": partial(deployment.clawkit, "up")}, 1)[""]
    note = "Once: the kit's images and Docker's build cache were removed; packages come from the registries in reach."
    return Table(("cold, everything built here", ""), [("`clawkit up`", str(figure))], note=note)


def judged(warm: dict[str, Figure], again: dict[str, Figure]) -> Iterator[Target]:
    bound = FACTOR * warm[FLOOR].median + SPARE_SECONDS
    yield at_most(f"warm `up` with verify, {FACTOR} x floor + 1 s", warm[OURS].median, bound, "s", why.UP)
    yield at_most("no-op `up`", next(iter(again.values())).median, NOTHING_TO_DO_SECONDS, "s", why.NO_OP)
