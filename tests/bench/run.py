"""`make bench`: everything in one run on one machine; writes docs/benchmarks.md and its pictures.

`--quick` runs each thing once and writes to a folder of its own; `--cold` also builds the images anew; words are the
parts to run alone (deploy, openclaw, cli, proxies, scale, domains, crowd, loss, swarm).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import cli
import crowd
import deploy
import domains
import loss_link
import openclaw
import page
import proxy_speed
import scale
import swarm_link
from deployment import Deployment, deployed
from section import Section

RUNS, SECONDS = 5, 1
ON_A_STACK = ("deploy", "openclaw", "cli")
PARTS = (*ON_A_STACK, "proxies", "scale", "domains", "crowd", "loss", "swarm")


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--cold", action="store_true")
    given = parser.parse_args(words)
    runs, wanted, begun = 1 if given.quick else RUNS, given.parts or PARTS, time.monotonic()
    found: dict[str, Section] = {}
    failed = []
    with ExitStack() as stack:
        made = stack.enter_context(deployed()) if set(wanted) & set(ON_A_STACK) else None
        for name, measure in parts(made, runs, given.cold).items():
            if name in wanted:
                print(f"{time.monotonic() - begun:6.0f} s  {name}", flush=True)
                try:
                    found[name] = measure()
                except Exception:  # one part must not cost the others
                    traceback.print_exc()
                    failed.append(name)
                    found[name] = Section(name, "This part failed in this run; nothing was measured.")
    whole = not given.quick and not given.parts
    folder = page.DOCS if whole else Path(tempfile.mkdtemp(prefix="clawkit-bench-page-"))
    print(page.write(list(found.values()), runs, time.monotonic() - begun, folder))
    return 1 if failed else 0


def parts(made: Deployment | None, runs: int, cold: bool) -> dict[str, Callable[[], Section]]:
    """In the order in which they are measured and told."""
    alone: dict[str, Callable[[], Section]] = {
        "proxies": partial(proxy_speed.measured, runs, SECONDS),
        "scale": partial(scale.measured, runs),
        "domains": partial(domains.measured, runs, SECONDS),
        "crowd": partial(crowd.measured, runs),
        "loss": loss_link.measured,
        "swarm": swarm_link.measured,
    }
    if made is None:
        return alone
    return {
        "cli": partial(cli.measured, made, runs),
        "openclaw": partial(openclaw.measured, made, runs, SECONDS),
        "deploy": partial(deploy.measured, made, runs, cold=cold),
        **alone,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
