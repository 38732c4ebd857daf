"""The other proxy in front: tried out beside the running one, and the time measured in which nobody answered."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

from clawkit import bringup
from clawkit import deployment as deployments
from clawkit.deployment import Deployment
from clawkit.engine.image_ports import ImageEngine
from clawkit.engine.ports import Engine
from clawkit.probe import http
from clawkit.stack import Stack
from clawkit.tls import site
from clawkit.tls.pair import Pair
from clawkit.upgrade.journal import Change, Kind
from clawkit.verify import deployed

EVERY_SECONDS = 0.01
ANSWER_SECONDS = 1.0
CADDY_STORAGE = "data/caddy/caddy/certificates"
"""Where Caddy keeps what it got from authorities (caddyserver.com/docs/conventions#data-directory)."""


def plan(deployment: Deployment, proxy: str, engine: Engine, images: ImageEngine, say: bringup.Tell) -> Change:
    """Pulls or builds the image of the other proxy; changes nothing else."""
    settings = {"proxy": proxy}
    timeout = deployment.settings.timeout
    wanted = deployments.open_folder(deployment.folder, {**settings, "timeout": timeout})
    after = bringup.settle(wanted, engine, images, say)
    title = f"{deployment.settings.proxy} -> {proxy}"
    return Change(Kind.SWITCH, settings, deployment.lock, after, title, timeout=timeout)


def certificates(deployment: Deployment, before: Stack, after: Stack) -> str:
    """Hands over what both can read, and says what becomes of the certificates."""
    if after.tls == "off":
        return "TLS ends in front of this proxy: no certificates here"
    if after.tls == "internal":
        return "certificates of the same private CA: visitors' trust stays"
    if before.served_from_files and after.served_from_files:
        return "the same certificate files"
    if after.served_from_files:
        found = [name for name in (gateway.name for gateway in after.sites) if _from_caddy(deployment, after, name)]
        return f"the certificates that Caddy got are shown on ({len(found)}); certbot orders its own" if found else (
            "certbot orders a certificate")  # fmt: skip
    return "Caddy orders a certificate of its own; certbot's stays in stack/data/acme for the way back"


def _from_caddy(deployment: Deployment, stack: Stack, name: str) -> bool:
    """Puts Caddy's certificate where the other proxy reads it; False when there is none or one is there already."""
    gateway = next(one for one in stack.sites if one.name == name)
    kept = deployment.rendered / CADDY_STORAGE
    found = sorted(kept.glob(f"*/{gateway.domain}/{gateway.domain}.crt"))
    if not found or set(gateway.names) != {gateway.domain} or site.read(deployment.rendered, name):
        return False
    pair = Pair(found[0].read_text(), found[0].with_suffix(".key").read_text())
    site.install(deployment.rendered, name, pair, stack.owner)
    return True


@dataclass(frozen=True, slots=True)
class Gap:
    """What a visitor who asks every 10 ms has seen."""

    asked: int
    unanswered: int
    seconds: float
    """The longest time between two answers."""

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s without an answer ({self.unanswered} of {self.asked} requests)"


@dataclass
class Prober:
    """Asks /healthz on the public way, each time by a new connection, until it is told to stop."""

    stack: Stack
    _answers: list[float] = field(default_factory=list)
    _asked: int = 0
    _end: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self._end.set()
        if self._thread:
            self._thread.join(timeout=2 * ANSWER_SECONDS)

    @property
    def gap(self) -> Gap:
        pairs = zip(self._answers, self._answers[1:], strict=False)
        longest = max((later - earlier for earlier, later in pairs), default=0.0)
        return Gap(self._asked, self._asked - len(self._answers), longest)

    def _ask(self) -> None:
        target = deployed.target(self.stack, self.stack.gateways[0])
        # by address: a visitor with a name resolves it first, which is not what is measured
        target = replace(target, dial=deployed.dial(self.stack))
        while not self._end.wait(EVERY_SECONDS):
            self._asked += 1
            if http.get(target, "/healthz", limit=ANSWER_SECONDS).status:
                self._answers.append(time.monotonic())
