"""The proxies: the kit's beside the guide's and hand-tuned ones, as real programs before a gateway of no cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

import conversation
import why
from arena import Contender, contender, dial, dial_directly, fast_gateway, slow_gateway
from figure import Figure, side_by_side, told
from loaders import Heard, h2load, wrk
from rivals import NAME, RIVALS, Rival
from section import Bars, Section, Table, Target, at_least

from proxies.programs import PROGRAMS, Program

DIRECT = "direct"
LEVELS = (1, 32, 256)
BUSY = 32
IDLE_SOCKETS = 1000
OLDEST = ("nginx-1.22.1", "caddy-2.6.2")
"""Debian's, which the kit's own images hold; the current ones are measured at one level."""

TEXT = """Real programs in a network namespace, no Docker between; the gateway is an nginx that answers 30 bytes from
memory. OpenClaw itself answers some hundred requests a second, so none of this is what a user waits for. `guide` is the
guide's own server block inside the distribution's nginx.conf (which logs), or its Caddyfile (which does not).
`hand-tuned` is the fastest that we could write, without a log, without its own words to the gateway about the client
overwritten, without anything for a gateway that is away. The kit's own log holds failures; what logs each request is
measured at 32 connections: `clawkit, access_log: all`, and `hand-tuned, logging` with Caddy's or nginx's own log. wrk
with two threads shares the cores with proxy and gateway. Over HTTP/2 the load generator ends where nginx closes a
connection, after 1,000 requests as it comes: 32,000 is the most that it can find behind the kit.
"""


@dataclass(frozen=True, slots=True)
class Rate:
    requests: Figure
    p50: Figure
    p99: Figure
    cpu: Figure | None
    """µs of the proxy's processes for one request."""


def measured(runs: int, seconds: int) -> Section:
    conversation.more_files()
    tables: list[Table] = []
    pictures: list[Bars] = []
    targets: list[Target] = []
    programs = [one for one in PROGRAMS if str(one) in OLDEST or one in (PROGRAMS[2], PROGRAMS[-1])]
    for program in programs:
        levels = LEVELS if str(program) in OLDEST else (BUSY,)
        with running(program, tls=True) as rivals:
            brief = rivals[: len(silent(program))]
            with gateways(rivals, fast_gateway):
                found = {level: rates(rivals if level == BUSY else brief, level, runs, seconds) for level in levels}
                more = connections(brief, runs, seconds) if str(program) in OLDEST else {}
            with gateways(brief, slow_gateway):
                talk = talks(brief, runs)
        tables += [rate_table(program, found), talk_table(program, more | talk)]
        pictures.append(picture(program, found))
        targets += judged(program, found)
        if str(program) in OLDEST:
            tables.append(plain(program, runs, seconds))
        print(f"  {program}", flush=True)
    return Section("Proxies", TEXT, tables, pictures, targets)


@contextmanager
def running(program: Program, *, tls: bool) -> Iterator[list[Contender]]:
    with ExitStack() as all_of_them:
        yield [all_of_them.enter_context(contender(program, rival, tls=tls)) for rival in RIVALS[program.proxy]]


@contextmanager
def gateways(rivals: Sequence[Contender], gateway: Callable[[Contender], object]) -> Iterator[None]:
    with ExitStack() as all_of_them:
        for rival in rivals:
            all_of_them.enter_context(gateway(rival))  # type: ignore[arg-type]
        yield


def rates(rivals: Sequence[Contender], level: int, runs: int, seconds: int) -> dict[str, Rate]:
    heard: dict[str, list[tuple[Heard, float]]] = {DIRECT: [], **{rival.name: [] for rival in rivals}}
    for _ in range(runs):
        first = rivals[0]
        heard[DIRECT].append((wrk(first.inside(), first.direct, connections=level, seconds=seconds), 0))
        for rival in rivals:
            before = rival.usage().cpu_seconds
            one = wrk(rival.inside(), rival.url, connections=level, seconds=seconds)
            heard[rival.name].append((one, (rival.usage().cpu_seconds - before) / max(1, one.requests * seconds)))
            rival.forget_log()
    return {name: rate(values) for name, values in heard.items()}


def rate(values: list[tuple[Heard, float]]) -> Rate:
    cpu = Figure("µs", tuple(used * 1e6 for _, used in values))
    return Rate(
        Figure("/s", tuple(one.requests for one, _ in values)),
        Figure("ms", tuple(one.p50 * 1000 for one, _ in values)),
        Figure("ms", tuple(one.p99 * 1000 for one, _ in values)),
        cpu if cpu.median else None,
    )


def connections(rivals: Sequence[Contender], runs: int, seconds: int) -> dict[str, dict[str, str]]:
    """New TLS connections with one request each, and HTTP/2 where it is spoken."""
    fresh = side_by_side({one.name: partial(fresh_rate, one, seconds) for one in rivals}, runs, "/s")
    spoken = [one for one in rivals if speaks_h2(one)]
    second = side_by_side({one.name: partial(h2_rate, one, seconds) for one in spoken}, runs, "/s")
    return {
        "new TLS connections, one request each": {name: str(figure) for name, figure in fresh.items()},
        "HTTP/2 requests, 32 x 10 streams": {one.name: str(second.get(one.name, "not spoken")) for one in rivals},
    }


def fresh_rate(rival: Contender, seconds: int) -> float:
    found = wrk(rival.inside(), rival.url, connections=BUSY, seconds=seconds, close=True).requests
    rival.forget_log()
    return found


def h2_rate(rival: Contender, seconds: int) -> float:
    found = h2load(rival.inside(), rival.url, connections=BUSY, seconds=seconds)
    rival.forget_log()
    return found


def speaks_h2(rival: Contender) -> bool:
    with rival.sandbox.browser.tls(NAME, alpn=["h2", "http/1.1"]) as sock:
        return sock.selected_alpn_protocol() == "h2"


def talks(rivals: Sequence[Contender], runs: int) -> dict[str, dict[str, str]]:
    dials = {DIRECT: partial(dial_directly, rivals[0]), **{one.name: partial(dial, one) for one in rivals}}
    found = {}
    for title, measure, unit, scale in (
        ("WebSocket message there and back", conversation.round_trip, "µs", 1e6),
        ("streamed event, written to read", conversation.event_delay, "ms", 1e3),
        ("upload of 20 MB", conversation.upload, "ms", 1e3),
    ):
        figures = side_by_side({name: partial(measure, one) for name, one in dials.items()}, runs, unit, scale)
        found[title] = {name: str(figure) for name, figure in figures.items()}
    sockets = {one.name: idle(one) for one in rivals}
    found[f"of {IDLE_SOCKETS:,} idle WebSockets, opened"] = {
        name: str(count) for name, (count, _, _) in sockets.items()
    }
    found["memory for each (once)"] = {name: told(each, "KB") for name, (_, each, _) in sockets.items()}
    found["memory of the proxy with them (once)"] = {name: told(mb, "MB") for name, (_, _, mb) in sockets.items()}
    return found


def idle(rival: Contender) -> tuple[int, float, float]:
    before = rival.usage().memory_mb
    sockets = conversation.idle(partial(dial, rival), IDLE_SOCKETS)
    after = rival.usage().memory_mb
    for one in sockets:
        one.close()
    return len(sockets), (after - before) * 1024 / max(1, len(sockets)), after


def plain(program: Program, runs: int, seconds: int) -> Table:
    """Without TLS, which the kit serves only behind something in front."""
    with running(program, tls=False) as rivals, gateways(brief := rivals[: len(silent(program))], fast_gateway):
        found = {BUSY: rates(brief, BUSY, runs, seconds)}
    return rate_table(program, found, how="plain HTTP (the kit's `tls: off`, behind a front)")


def rate_table(program: Program, found: dict[int, dict[str, Rate]], how: str = "over TLS") -> Table:
    rows = [
        (str(level), name, str(one.requests), f"{one.requests.over(rivals[DIRECT].requests):.2f}",
         f"{one.requests.over(rivals['guide'].requests):.2f}", str(one.p50), str(one.p99),
         told(one.cpu.median, "µs") if one.cpu else "")
        for level, rivals in found.items() for name, one in rivals.items()
    ]  # fmt: skip
    head = ("connections", "", "requests/s", "of direct", "of the guide's", "p50", "p99", "CPU per request")
    return Table(head, rows, f"{program.proxy} {program.version}, {how}")


def talk_table(program: Program, rows: dict[str, dict[str, str]]) -> Table:
    names = [DIRECT, *(rival.name for rival in silent(program))]
    return Table(("", *names), [(title, *(cells.get(name, "") for name in names)) for title, cells in rows.items()],
                 f"{program.proxy} {program.version}, connections and streams over TLS")  # fmt: skip


def picture(program: Program, found: dict[int, dict[str, Rate]]) -> Bars:
    groups = {counted(level): {name: one.requests.median for name, one in rivals.items() if name != DIRECT}
              for level, rivals in found.items()}  # fmt: skip
    return Bars(f"proxy-{program.proxy}-{program.version}", f"{program.proxy} {program.version}: requests/s over TLS",
                "/s", groups)  # fmt: skip


def judged(program: Program, found: dict[int, dict[str, Rate]]) -> Iterator[Target]:
    named = f"{program.proxy} {program.version}"
    for level, rivals in found.items():
        ours, reason = rivals[ours_of(program).name], why.PROXY[program.proxy]
        at = f"{named}, {counted(level)}"
        yield at_least(f"{at}: requests/s, of the guide's", ours.requests.over(rivals["guide"].requests), 1, reason)
        yield at_least(f"{at}: the guide's p99, of ours", rivals["guide"].p99.over(ours.p99), 1, reason)
        yield at_least(f"{at}: requests/s, of the hand-tuned", ours.requests.over(rivals["hand-tuned"].requests), 0.9,
                       reason)  # fmt: skip
        if level == BUSY:
            both = [
                rivals[name].requests for name in (f"{ours_of(program).name}, access_log: all", "hand-tuned, logging")
            ]
            yield at_least(f"{at}, both logging: requests/s, of the hand-tuned", both[0].over(both[1]), 0.9, reason)


def silent(program: Program) -> list[Rival]:
    """They come first."""
    return [one for one in RIVALS[program.proxy] if not one.logs]


def ours_of(program: Program) -> Rival:
    return RIVALS[program.proxy][0]


def counted(level: int) -> str:
    return f"{level} connection{'' if level == 1 else 's'}"
