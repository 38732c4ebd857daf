"""One proxy for many domains: its memory, configuration and work at rest, and the requests that one domain still gets.

Behind each domain stands the same stand-in, at an address of its own: fifty gateways would not fit into one machine.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import why
from arena import Contender, contender, fast_gateway
from figure import Figure, told
from loaders import wrk
from proxy_speed import OLDEST
from rivals import RIVALS
from section import Section, Table, Target, at_least, at_most

from clawkit.render import proxy_files
from proxies.programs import PROGRAMS, Program

COUNTS = (1, 10, 50)
MEASURED = tuple(one for one in PROGRAMS if str(one) in OLDEST)

BUSY = 32
REST_SECONDS = 5
MEMORY_EACH_MB, RATE_KEPT = 2.0, 0.9

TEXT = """The kit's own configuration, as real programs; a stand-in for the gateway at the address of each domain.
Memory is proportional (PSS), of all processes of the proxy, after one request to every domain. CPU at rest is what the
proxy takes while nobody asks: Caddy looks by itself whether each gateway has started, nginx when a request found one
away.
"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """One proxy with so many domains."""

    config_kb: float
    memory_mb: float
    rest: float
    """Share of one core."""
    ready: float
    """Seconds from the start of the program until every domain was served."""
    requests: Figure


def measured(runs: int, seconds: int) -> Section:
    tables: list[Table] = []
    targets: list[Target] = []
    for program in MEASURED:
        found = {count: crowd(program, count, runs, seconds) for count in COUNTS}
        tables.append(table(program, found))
        targets += judged(program, found)
        print(f"  {program}", flush=True)
    return Section("Many domains", TEXT, tables, targets=targets)


def crowd(program: Program, count: int, runs: int, seconds: int) -> Crowd:
    further = tuple({"name": f"g{at}", "domain": f"g{at}.test"} for at in range(1, count))
    begun = time.monotonic()
    with contender(program, RIVALS[program.proxy][0], gateways=further) as made:
        ready = time.monotonic() - begun
        with fast_gateway(made):
            for gateway in made.sandbox.stack.gateways:
                answer = made.sandbox.browser.get(host=gateway.domain, name=gateway.domain)
                assert answer.status == 200, f"{gateway.domain}: {answer}"
            memory, before = made.usage().memory_mb, made.usage().cpu_seconds
            time.sleep(REST_SECONDS)
            rest = (made.usage().cpu_seconds - before) / REST_SECONDS
            return Crowd(config_kb(made), memory, rest, ready, Figure("/s", tuple(rates(made, runs, seconds))))


def config_kb(made: Contender) -> float:
    return sum(len(text.encode()) for text in proxy_files(made.sandbox.stack).values()) / 1024


def rates(made: Contender, runs: int, seconds: int) -> Iterator[float]:
    for _ in range(runs):
        yield wrk(made.inside(), made.url, connections=BUSY, seconds=seconds).requests
        made.forget_log()


def table(program: Program, found: dict[int, Crowd]) -> Table:
    rows = [(str(count), told(one.config_kb, "KB"), told(one.memory_mb, "MB"), f"{one.rest * 100:.1f} %",
             told(one.ready, "s"), str(one.requests)) for count, one in found.items()]  # fmt: skip
    head = ("domains", "configuration", "memory", "CPU at rest", "ready after", "requests/s to one of them")
    return Table(head, rows, f"{program.proxy} {program.version}")


def judged(program: Program, found: dict[int, Crowd]) -> Iterator[Target]:
    named, one, most = f"{program.proxy} {program.version}", found[COUNTS[0]], found[COUNTS[-1]]
    each = (most.memory_mb - one.memory_mb) / (COUNTS[-1] - COUNTS[0])
    yield at_most(f"{named}: memory for each further domain", each, MEMORY_EACH_MB, "MB", why.DOMAINS)
    kept = most.requests.over(one.requests)
    yield at_least(f"{named}: requests/s with 50 domains, of those with one", kept, RATE_KEPT, why.DOMAINS)
