"""certbot as a child process; the heart beats while it works."""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from answers import Answer
from command import eab_options, environment
from files import read, write_atomic
from moments import now
from places import Places
from plan import Plan

CERTBOT_SECONDS = 1800
"""A DNS hook may wait long for its zone; beyond this certbot hangs."""

LOOK_SECONDS = 0.5


@dataclass(slots=True)
class Program:
    places: Places
    stop: threading.Event
    beat: Callable[[], None]
    child: subprocess.Popen[bytes] | None = None

    def answer(self, plan: Plan, command: list[str]) -> Answer:
        with tempfile.TemporaryDirectory(dir=self.places.scratch) as work, open(Path(work, "output"), "w+b") as output:
            if plan.eab:
                write_atomic(Path(work, "eab.ini"), eab_options(Path(plan.eab).read_text()).encode(), 0o600)
                command = [*command, "--config", str(Path(work, "eab.ini"))]
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                          env=environment(plan, self.places))  # fmt: skip
            code = self.attend(self.child)
            self.child = None
            output.seek(0)
            log = read(self.places.log) or b""
            return Answer(code, output.read().decode(errors="replace"), log.decode(errors="replace"))

    def attend(self, child: subprocess.Popen[bytes]) -> int:
        """Its exit status, with the heart beating meanwhile."""
        end = now() + timedelta(seconds=CERTBOT_SECONDS)
        while True:
            try:
                return child.wait(LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                self.beat()
                if now() > end or self.stop.is_set():
                    child.terminate()

    def end(self) -> None:
        if self.child is not None:
            self.child.terminate()
