"""Orders of a certificate, in the steps that spare the authority's limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from answers import NOISE, Trouble, judge
from command import arguments
from entry import Entry
from journal import say
from moments import now
from places import Places
from plan import PRODUCTION, STAGING, Certificate, Plan
from program import Program


@dataclass(frozen=True, slots=True)
class Orders:
    places: Places
    certbot: Program

    def steps(self, plan: Plan, certificate: Certificate, entry: Entry) -> Iterator[tuple[Entry, Trouble | None]]:
        """Staging first where production counts failures, once for these names; then the certificate itself."""
        first = plan.directory == PRODUCTION and not self.places.lineage(plan, certificate).exists()
        if first and entry.rehearsed != entry.fingerprint:
            say(f"{certificate.name}: rehearsing with {urlsplit(STAGING).netloc}")
            trouble = self.run(plan, certificate, rehearsal=True)
            entry = entry if trouble else replace(entry, rehearsed=entry.fingerprint)
            yield entry, replace(trouble, error=f"staging: {trouble.error}") if trouble else None
        yield entry, self.run(plan, certificate)

    def run(self, plan: Plan, certificate: Certificate, *, rehearsal: bool = False) -> Trouble | None:
        command = arguments(plan, certificate, self.places, rehearsal=rehearsal)
        answer = self.certbot.answer(plan, command)
        trouble = judge(answer, now()) if answer.code else None
        if trouble and trouble.problem == "badNonce" and not self.certbot.stop.is_set():
            # certbot itself tries a second nonce only once
            answer = self.certbot.answer(plan, command)
            trouble = judge(answer, now()) if answer.code else None
        if trouble and not self.certbot.stop.is_set():
            for line in [line for line in answer.output.splitlines() if not NOISE.search(line.strip())][-15:]:
                say(f"| {line}")
        return trouble
