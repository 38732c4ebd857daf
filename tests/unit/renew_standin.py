"""renew.py as a test runs it, with a stand-in for certbot: what is tested is our own scheduling, hand-over and words.

The real certbot runs against a real authority in tests/stacks.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from clawkit.render import templates_root
from clawkit.tls.authority import make_leaf, make_root

STANDIN = """#!{python}
import json, os, pathlib, sys, time
here = pathlib.Path({folder!r})
seen = {{"argv": sys.argv[1:], "ca": os.environ.get("REQUESTS_CA_BUNDLE"), "home": os.environ.get("HOME")}}
if "--config" in sys.argv:
    ini = pathlib.Path(sys.argv[sys.argv.index("--config") + 1])
    seen["ini"], seen["ini_mode"] = ini.read_text(), ini.stat().st_mode & 0o777
word = lambda flag: sys.argv[sys.argv.index(flag) + 1]
answers = sorted(here.glob("answer-*"))
answer = json.loads(answers[0].read_text()) if answers else {{}}
if answers:
    answers[0].unlink()
with open(here / "calls", "a") as calls:
    calls.write(json.dumps(seen) + "\\n")
logs = pathlib.Path(word("--logs-dir"))
logs.mkdir(parents=True, exist_ok=True)
(logs / "letsencrypt.log").write_text(answer.get("log", ""))
print(answer.get("output", ""))
time.sleep(answer.get("seconds", 0))
if not answer.get("code") and "--dry-run" not in sys.argv:
    lineage = pathlib.Path(word("--config-dir"), "live", word("--cert-name"))
    lineage.mkdir(parents=True, exist_ok=True)
    for name in ("fullchain.pem", "privkey.pem"):
        (lineage / name).write_text((here / name).read_text())
sys.exit(answer.get("code", 0))
"""

PLAN = {
    "directory": "https://ca.test:14000/dir", "ca": "", "email": "", "challenge": "http-01", "profile": "", "hook": "",
    "rfc2136": "", "eab": "", "certificates": [{"name": "main", "names": ["claw.test"]}],
}  # fmt: skip

CONNECTION = """Certbot failed to authenticate some domains (authenticator: webroot). \
The Certificate Authority reported these problems:
  Identifier: claw.test
  Type:   connection
  Detail: Get "http://claw.test/.well-known/acme-challenge/x": dial tcp 192.0.2.7:80: connect: connection refused

Some challenges have failed.
"""

FOLDER = templates_root() / "compose/acme"


def load(*names: str) -> list[ModuleType]:
    """Modules of compose/acme, which is no part of the package; the folder is on the path while they are loaded."""
    sys.path.insert(0, str(FOLDER))
    try:
        return [import_module(name) for name in names]
    finally:
        sys.path.remove(str(FOLDER))


renew, answers, certificate, entry, keeper, moments, places, plan, schedule = load(
    "renew", "answers", "certificate", "entry", "keeper", "moments", "places", "plan", "schedule"
)


@dataclass
class Bench:
    """A deployment's data, a plan, and the certbot that answers as it is told."""

    folder: Path

    def __post_init__(self) -> None:
        for name in ("data/webroot", "site", "certbot"):
            (self.folder / name).mkdir(parents=True)
        program = self.folder / "certbot/certbot"
        program.write_text(STANDIN.format(python=sys.executable, folder=str(program.parent)))
        program.chmod(0o755)
        self.plan()
        self.new_certificate()

    @property
    def places(self) -> Any:
        return places.Places(
            self.folder / "data", self.folder / "site", self.folder, str(self.folder / "certbot/certbot")
        )

    @property
    def live(self) -> Path:
        return self.folder / "site/main/live"

    def plan(self, **changes: object) -> Any:
        path = self.folder / "plan.json"
        path.write_text(json.dumps({**PLAN, **changes}))
        return plan.read_plan(path)

    def new_certificate(self, *names: str) -> str:
        """What certbot will have from now on."""
        pair = make_leaf(make_root("test"), names or ("claw.test",))
        (self.folder / "certbot/fullchain.pem").write_text(pair.certificate)
        (self.folder / "certbot/privkey.pem").write_text(pair.key)
        return pair.certificate

    def answers(self, *answers: dict[str, object]) -> None:
        """Those of the next calls, in order; success afterwards."""
        for number, answer in enumerate(answers):
            (self.folder / f"certbot/answer-{number}").write_text(json.dumps(answer))

    def calls(self) -> list[dict[str, Any]]:
        path = self.folder / "certbot/calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def keeper(self) -> Any:
        """As after a start of the container: only what is on disk is known."""
        fresh = keeper.Keeper(self.folder / "plan.json", self.places)
        fresh.entries = entry.read_entries(self.places.status)
        return fresh

    def round(self) -> Any:
        """One round of a fresh container; the entry that it leaves."""
        fresh = self.keeper()
        fresh.round(plan.read_plan(self.folder / "plan.json"))
        return fresh.entries["main"]

    def pass_time(self, seconds: float) -> None:
        """The times that are remembered move into the past."""
        status = json.loads(self.places.status.read_text())
        for told in status["certificates"].values():
            for key in ("last_attempt", "next_attempt"):
                told[key] = moments.stamp(moments.moment(told[key]) - timedelta(seconds=seconds))
        self.places.status.write_text(json.dumps(status))

    def waits(self, left: Any) -> float:
        """Seconds between the last attempt and the next."""
        return float((moments.moment(left.next_attempt) - moments.moment(left.last_attempt)).total_seconds())
