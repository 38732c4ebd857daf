"""Watching: what was wrong at the last look, so that somebody is told when that changes and at no other time."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from clawkit.errors import EnvironmentMissing
from clawkit.files import write_atomic

NOTIFY_SECONDS = 20
"""A command or a webhook that takes longer is given up; the next change is told again."""


@dataclass(frozen=True, slots=True)
class Health:
    """One look: empty cause and healthy, a cause, or symptoms that nobody could explain."""

    healthy: bool
    cause: str = ""
    summary: str = ""
    fix: str = ""
    untold: bool = False
    """Nobody could be told, so the next look tells it whatever it finds."""

    def same_as(self, earlier: Health) -> bool:
        """Only the cause counts: numbers in the summary change at every look."""
        return not earlier.untold and (self.healthy, self.cause) == (earlier.healthy, earlier.cause)

    def told(self) -> dict[str, str | bool]:
        return {"healthy": self.healthy, "cause": self.cause, "summary": self.summary, "fix": self.fix}


ALL_WELL = Health(healthy=True)
"""What is assumed before the first look: a fault found then is news, health is none."""


def remembered(path: Path) -> Health:
    """The last look; a file that is not there or not ours counts as all well."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Health(bool(kept["healthy"]), str(kept["cause"]), str(kept["summary"]), str(kept["fix"]))
    except (OSError, ValueError, KeyError, TypeError):
        return ALL_WELL


def remember(path: Path, health: Health) -> None:
    write_atomic(path, json.dumps({"schema": 1, **health.told()}, indent=2) + "\n")


def notify_command(command: str, health: Health) -> None:
    """Runs a shell command with the state in CLAWKIT_* and as JSON on stdin; raises EnvironmentMissing."""
    environment = {**os.environ, "CLAWKIT_HEALTHY": "1" if health.healthy else "0", "CLAWKIT_CAUSE": health.cause,
                   "CLAWKIT_SUMMARY": health.summary, "CLAWKIT_FIX": health.fix}  # fmt: skip
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", command], input=json.dumps(health.told()), text=True, env=environment,
            capture_output=True, timeout=NOTIFY_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise EnvironmentMissing(f"the notify command took longer than {NOTIFY_SECONDS} s: {command}",
                                 fix="make it return, or put it into the background") from error  # fmt: skip
    if done.returncode:
        raise EnvironmentMissing(f"the notify command failed with {done.returncode}: {command}",
                                 details=done.stderr.strip(), fix=f"try it by hand: {command}")  # fmt: skip


def notify_webhook(url: str, health: Health) -> None:
    """POSTs the state as JSON; `text` is what chat webhooks show. Raises EnvironmentMissing."""
    text = "healthy again" if health.healthy else f"{health.cause}: {health.summary}"
    body = json.dumps({"text": f"clawkit: {text}", **health.told()}).encode()
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=NOTIFY_SECONDS):
            pass
    except (OSError, ValueError) as error:
        raise EnvironmentMissing(f"the webhook could not be told: {error}",
                                 fix="check its address: clawkit doctor --watch --webhook URL") from error  # fmt: skip
