"""The loop: looks what is due, has it ordered, hands it over, and remembers."""

from __future__ import annotations

import json
import subprocess
import threading
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from answers import Trouble
from certificate import hand_over, lifetime
from entry import Entry, State, read_entries
from files import write_atomic
from journal import say
from moments import moment, now, stamp
from orders import Orders
from places import Places
from plan import Certificate, Plan, read_plan
from program import LOOK_SECONDS, Program
from schedule import BACKOFF_SECONDS, after_failure, next_check

BEAT_SECONDS = 60

SERVED_SECONDS = 60
"""A proxy that does not take up its configuration by then may still serve the names that it had."""


@dataclass(slots=True)
class Keeper:
    plan_path: Path
    places: Places = field(default_factory=Places)
    stop: threading.Event = field(default_factory=threading.Event)
    entries: dict[str, Entry] = field(default_factory=dict)
    beaten: datetime | None = None
    planned: int = 0
    """Change time of the plan that the entries were held against, so that who wrote it knows what counts for it."""
    orders: Orders = field(init=False)

    def __post_init__(self) -> None:
        self.orders = Orders(self.places, Program(self.places, self.stop, self.beat))

    def serve(self) -> None:
        self.entries = read_entries(self.places.status)
        self.settle()
        while not self.stop.is_set():
            seen = self.signature()
            try:
                self.round(read_plan(self.plan_path))
            except (OSError, ValueError, KeyError, TypeError) as error:
                say(f"cannot work: {error}")
                self.rest(seen, now() + timedelta(seconds=BEAT_SECONDS))
                continue
            self.rest(seen, min(self.due(entry) for entry in self.entries.values()))
        say("stopped")

    def settle(self) -> None:
        """On a Swarm it is the proxy's container that gives a new volume the rights to write into it."""
        while not self.stop.is_set():
            try:
                return self.places.make()
            except OSError as error:
                say(f"waits: {error}")
                self.beat()
                self.stop.wait(LOOK_SECONDS)

    def end(self, *_: object) -> None:
        """For SIGTERM: certbot gets time to tidy up, and its failure is not counted."""
        self.stop.set()
        self.orders.certbot.end()

    def signature(self) -> tuple[int, int] | None:
        try:
            facts = self.plan_path.stat()
        except FileNotFoundError:
            return None
        return facts.st_ino, facts.st_mtime_ns

    def rest(self, seen: object, until: datetime) -> None:
        """Until the time has come, the plan has changed, or somebody asks; a clock that was set back counts too."""
        until = min(until, now() + timedelta(seconds=BACKOFF_SECONDS[-1]))
        while now() < until and self.signature() == seen and not self.places.ask_now.exists():
            self.beat()
            if self.stop.wait(LOOK_SECONDS):
                return

    def beat(self) -> None:
        if self.beaten is None or abs(now() - self.beaten) >= timedelta(seconds=BEAT_SECONDS):
            self.save()

    def save(self) -> None:
        self.beaten = now()
        told = {"heartbeat": stamp(self.beaten), "plan": self.planned,
                "certificates": {n: asdict(e) for n, e in self.entries.items()}}  # fmt: skip
        write_atomic(self.places.status, (json.dumps(told, indent=2) + "\n").encode(), 0o644)

    def round(self, plan: Plan) -> None:
        seen = self.signature()
        asked = self.places.ask_now.exists()
        self.places.ask_now.unlink(missing_ok=True)
        self.entries = {one.name: self.remembered(plan, one) for one in plan.certificates}
        self.planned = seen[1] if seen else 0
        self.save()
        for certificate in plan.certificates:
            # what was issued before is served even while the authority cannot be asked
            self.deliver(plan, certificate)
            entry = self.entries[certificate.name]
            if (asked or self.due(entry) <= now()) and self.served(plan, seen):
                self.entries[certificate.name] = self.ask(plan, certificate, entry)
                self.save()

    def remembered(self, plan: Plan, certificate: Certificate) -> Entry:
        """The entry as it was, or a new one when the plan is another or what was issued has gone."""
        entry = self.entries.get(certificate.name)
        mark = plan.fingerprint(certificate)
        gone = entry is not None and entry.state is State.ISSUED and not self.places.lineage(plan, certificate).exists()
        if entry is None or gone or entry.fingerprint != mark:
            return Entry(names=certificate.names, authority=plan.authority, fingerprint=mark)
        return entry

    def due(self, entry: Entry) -> datetime:
        return moment(entry.next_attempt) if entry.next_attempt else now()

    def deliver(self, plan: Plan, certificate: Certificate) -> None:
        lineage = self.places.lineage(plan, certificate)
        for name in (certificate.name, *certificate.sites):
            if hand_over(lineage, self.places.site / name, certificate.names, now()):
                site = f" for {name}" if name != certificate.name else ""
                say(f"{certificate.name}: certificate of {plan.authority} handed to the proxy{site}")

    def served(self, plan: Plan, seen: object) -> bool:
        """Waits until the proxy knows the names: before, a challenge is refused, and the authority counts refusals.

        False when there is no use in asking any more: another plan is there, or an end is wanted.
        """
        begin = now()
        wanted = plan.generation if plan.challenge == "http-01" else ""
        while wanted and set(told := self.places.serving()) != {wanted}:
            # several are replaced one after the other
            if now() > begin + timedelta(seconds=SERVED_SECONDS * max(1, len(told))):
                say("the proxy does not say that it serves this configuration; asks all the same")
                return True
            self.beat()
            if self.stop.wait(LOOK_SECONDS) or self.signature() != seen:
                return False
        return not self.stop.is_set()

    def ask(self, plan: Plan, certificate: Certificate, before: Entry) -> Entry:
        at = now()
        entry = replace(before, last_attempt=stamp(at))
        # were this process killed in the middle, its successor would not ask again at once
        self.entries[certificate.name] = replace(entry, next_attempt=stamp(at + timedelta(seconds=BACKOFF_SECONDS[0])))
        self.save()
        try:
            for reached, trouble in self.orders.steps(plan, certificate, entry):
                entry = reached
                if self.stop.is_set():
                    return before
                if trouble:
                    return self.failed(certificate, entry, trouble)
            return self.succeeded(plan, certificate, entry)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            return self.failed(certificate, entry, Trouble("other", str(error)))

    def failed(self, certificate: Certificate, entry: Entry, trouble: Trouble) -> Entry:
        entry = after_failure(entry, trouble, now())
        say(f"{certificate.name}: failed ({entry.problem}), attempt {entry.failures}: {entry.error}; "
            f"next attempt {entry.next_attempt}, or at once: clawkit certs renew")  # fmt: skip
        return entry

    def succeeded(self, plan: Plan, certificate: Certificate, entry: Entry) -> Entry:
        begin, end = lifetime((self.places.lineage(plan, certificate) / "fullchain.pem").read_bytes())
        fresh = entry.not_after != stamp(end)
        self.deliver(plan, certificate)
        entry = replace(entry, state=State.ISSUED, error="", problem="", failures=0, not_after=stamp(end),
                        issued=entry.last_attempt if fresh else entry.issued,
                        next_attempt=stamp(next_check(begin, end, now()).replace(microsecond=0)))  # fmt: skip
        said = f"issued for {', '.join(certificate.names)}" if fresh else "not due for renewal"
        say(f"{certificate.name}: {said}, valid until {entry.not_after}; next look {entry.next_attempt}")
        return entry
