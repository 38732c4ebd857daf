"""Looks at every name of a deployment from here, side by side, and hands what was seen to the judges."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from clawkit import certificates
from clawkit.errors import ClawkitError
from clawkit.probe.http import HttpFacts, get
from clawkit.probe.target import Target
from clawkit.reach import addresses, authority, caa, dns, judgement, token
from clawkit.reach.dns import Kind, Resolve
from clawkit.reach.facts import Answer, Authority, Finding, Name, Place, Records, Rules, Severity
from clawkit.reach.token import Serve, Token
from clawkit.settings.domain import is_address, is_public
from clawkit.stack import Stack

LIMIT_SECONDS = 10.0
FETCH_SECONDS = 3.0
BODY_BOUND = 4096
WORKERS = 32
LATE = "no answer in time"
WEBROOT = "data/acme/webroot"

T = TypeVar("T")
Fetch = Callable[[Target, str], HttpFacts]


@dataclass(frozen=True, slots=True)
class Eyes:
    """Everything that looks out of this process; tests give their own."""

    resolve: Resolve = field(default_factory=dns.resolver)
    fetch: Fetch = field(default=partial(get, limit=FETCH_SECONDS, bound=BODY_BOUND))
    own: Callable[[], frozenset[str]] = addresses.own
    between: Callable[[], tuple[str, ...]] = addresses.between
    ask: authority.Ask = authority.ask
    now: authority.Now = authority.utc_now


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be looked at."""

    names: tuple[str, ...]
    listen: str
    port: int
    directory: str
    challenge: str
    running: bool


def check(stack: Stack, rendered: Path, *, running: bool, eyes: Eyes | None = None,
          serve: Serve | None = None) -> tuple[Finding, ...]:  # fmt: skip
    """Findings in the order of the names. `running`: our own proxy holds the port; the token goes to its webroot."""
    planned = plan(stack, running=running)
    if not planned.names:
        return ()
    way = serve or (token.from_webroot(rendered / WEBROOT) if running else token.from_here(planned.listen,
                                                                                           planned.port))  # fmt: skip
    return tuple(_survey(planned, eyes or Eyes(), way))


def refuse(findings: Sequence[Finding]) -> None:
    """Raises when an order could only fail; the other errors stand in its details."""
    fatal = [finding for finding in findings if finding.severity is Severity.ERROR]
    if fatal:
        rest = "\n".join(f"also: {finding.summary} (try: {finding.fix})" for finding in fatal[1:])
        raise ClawkitError(fatal[0].summary, fix=f"{fatal[0].fix} (clawkit explain {fatal[0].cause})", details=rest)


def plan(stack: Stack, *, running: bool) -> Plan:
    """Names that a public authority cannot know are left out: a private one has a DNS of its own."""
    names = dict.fromkeys(name for one in certificates.ordered(stack) for name in one.names)
    settings = stack.settings
    return Plan(tuple(filter(is_public, names)) if stack.acme else (), settings.listen, settings.http_port,
                stack.acme_directory if stack.acme else "", settings.acme_challenge, running)  # fmt: skip


def _survey(plan: Plan, eyes: Eyes, serve: Serve) -> Iterator[Finding]:
    end = time.monotonic() + LIMIT_SECONDS
    pool = ThreadPoolExecutor(max_workers=WORKERS)
    try:
        asked = pool.submit(authority.look, plan.directory, eyes.ask, eyes.now)
        rules = {name: pool.submit(caa.find, eyes.resolve, name) for name in plan.names if not is_address(name)}
        yield from _reached(plan, eyes, serve, pool) if plan.challenge == "http-01" else ()
        known = _in_time(asked, end, Authority(plan.directory, LATE,
                                               identities=authority.default_identities(plan.directory)))  # fmt: skip
        allowed = [_in_time(found, end, Rules(name, name, (), LATE)) for name, found in rules.items()]
        judged = [caa.judge(found, known, plan.challenge) for found in allowed]
        yield from (finding for finding in (*judged, authority.judge(known)) if finding)
    finally:
        # a system resolver that hangs knows no time limit, and nobody waits for it here
        pool.shutdown(wait=False, cancel_futures=True)


def _in_time(future: Future[T], end: float, otherwise: T) -> T:
    try:
        return future.result(timeout=max(0.0, end - time.monotonic()))
    except TimeoutError:
        return otherwise


def _reached(plan: Plan, eyes: Eyes, serve: Serve, pool: ThreadPoolExecutor) -> Iterator[Finding]:
    lookups = {name: _records(name, eyes, pool) for name in plan.names}
    found = [collect() for collect in lookups.values()]
    own, ours, unserved = eyes.own(), token.fresh(), ""
    with ExitStack() as served:
        try:
            served.enter_context(serve(ours))
        except OSError as error:
            unserved = f"no token could be put up at port {plan.port} ({error.strerror or error})"
        dialled = [_name(one, plan, eyes, ours, pool) for one in found]
        names = [collect() for collect in dialled]
        place = Place(own, plan.port, unserved, plan.running, _between(names, plan, eyes, ours, pool))
    for name in names:
        yield from judgement.judge(name, place)


def _records(name: str, eyes: Eyes, pool: ThreadPoolExecutor) -> Callable[[], Records]:
    """Asks for A and AAAA; an address is its own."""
    asked = [] if is_address(name) else [pool.submit(eyes.resolve, name, kind) for kind in (Kind.A, Kind.AAAA)]

    def collect() -> Records:
        replies = [future.result() for future in asked]
        known = tuple(address for reply in replies for address in dns.addresses(reply))
        failures = [reply.failure for reply in replies if reply.failure]
        return Records(name, known if asked else (name,), failures[0] if failures else "")

    return collect


def _name(found: Records, plan: Plan, eyes: Eyes, ours: Token, pool: ThreadPoolExecutor) -> Callable[[], Name]:
    """Starts all dialling of a name; the callable waits for it."""
    control = pool.submit(_answer, eyes, plan, found.name, _nearest(plan.listen), ours)
    dialled = [pool.submit(_answer, eyes, plan, found.name, address, ours) for address in found.addresses]
    return lambda: Name(found, control.result().matched, tuple(future.result() for future in dialled))


def _nearest(listen: str) -> str:
    """Where a wildcard is reached without leaving this host."""
    address = ipaddress.ip_address(listen)
    return str(address) if not address.is_unspecified else {4: "127.0.0.1", 6: "::1"}[address.version]


def _answer(eyes: Eyes, plan: Plan, name: str, address: str, ours: Token) -> Answer:
    seen = eyes.fetch(Target(address, plan.port, name, tls=False), ours.path)
    return Answer(address, seen, seen.status == 200 and seen.text.strip() == ours.text)


def _between(names: Sequence[Name], plan: Plan, eyes: Eyes, ours: Token,
             pool: ThreadPoolExecutor) -> tuple[Answer, ...]:  # fmt: skip
    """Looked at only when a stranger has spoken, for an address that nobody has costs the whole time limit."""
    strange = [name.records.name for name in names for answer in name.answers
               if judgement.spoke(answer) and not answer.matched]  # fmt: skip
    asked = eyes.between() if strange else ()
    return tuple(pool.map(lambda address: _answer(eyes, plan, strange[0], address, ours), asked))
