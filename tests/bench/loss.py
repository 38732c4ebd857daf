"""`make loss`: what each event costs behind each proxy, and behind the guide's own configurations, in one run.

Writes the table into docs/zero-loss.md. With words, only the rows whose proxy begins with one of them, and no file.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import load_events
from breaking import compose
from load import Tally
from load_events import EVENTS, site_of, under_load
from loss_guide import GUIDE, install
from versions import VERSIONS, Version

from clawkit.testing import OpenClawStack

PAGE = Path(__file__).parents[2] / "docs/zero-loss.md"
BEGIN, END = "<!-- measured: begin, written by make loss -->", "<!-- measured: end -->"
HEAD = ("event", "proxy", "requests", "failed", "cut, told once", "longest wait")
OF_THE_GATEWAY = ("docker restart", "kill -9, started again by Docker", "stop, 3 s, start", "another container")
"""The others change files of the kit, which the guide's configuration stands in for."""


@dataclass(frozen=True, slots=True)
class Row:
    event: str
    proxy: str
    tally: Tally

    @property
    def cells(self) -> tuple[str, ...]:
        found = self.tally
        return (self.event, self.proxy, str(found.requests), str(len(found.failed)), str(found.cut),
                f"{found.longest:.1f} s")  # fmt: skip


def main(wanted: list[str]) -> None:
    print(machine(), flush=True)
    rows = [row for version in VERSIONS for row in measured(version, wanted)]
    rows.sort(key=lambda row: list(EVENTS).index(row.event))
    table = [machine(), "", line(HEAD), line(("---",) * len(HEAD)), *(line(row.cells) for row in rows)]
    print("\n".join(table))
    if not wanted:
        write("\n".join(table))


def measured(version: Version, wanted: list[str]) -> Iterator[Row]:
    ours, guides = f"clawkit, {version.proxy} {version.series}", f"guide, {version.proxy} {version.series}"
    if wanted and not any(name.startswith(word) for name in (ours, guides) for word in wanted):
        return
    settings = {key: value for key, value in version.settings().items() if key != "proxy"}
    with OpenClawStack(proxy=version.proxy, chat_api=True, **settings) as stack:
        yield from rows(ours, stack, EVENTS)
        install(stack, GUIDE[version.proxy])
        compose(stack, "restart", "proxy")
        load_events.wait_until_started(site_of(stack))
        yield from rows(guides, stack, {name: EVENTS[name] for name in OF_THE_GATEWAY})


def rows(proxy: str, stack: OpenClawStack, events: dict[str, Callable[[OpenClawStack], None]]) -> Iterator[Row]:
    for name, event in events.items():
        row = Row(name, proxy, under_load(site_of(stack), partial(event, stack)))
        print(f"{proxy} · {name}: {row.tally}", flush=True)
        yield row


def line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def machine() -> str:
    return (
        f"Measured on {os.cpu_count()} cores, {platform.system()} {platform.release()}, all containers on one machine."
    )


def write(table: str) -> None:
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")


if __name__ == "__main__":
    main(sys.argv[1:])
