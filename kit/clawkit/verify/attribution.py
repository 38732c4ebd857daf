"""Whom the gateway takes a client for: a socket with a name of its own in User-Agent, found again in the gateway's log.

The gateway logs each socket that ends before `connect` with the address that it resolved (`fwd=` and `remote=`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace

from clawkit.errors import NotReady
from clawkit.probe import websocket
from clawkit.verify.inside import Inside
from clawkit.verify.scene import Scene
from clawkit.wait import Look, until

LOG_SECONDS = 2.0
FAR_SECONDS = 15.0
"""A Swarm fetches its logs from another machine."""
TAIL = 400


@dataclass(frozen=True, slots=True)
class Seen:
    line: str
    """The gateway's line about our socket, empty when it wrote none in time."""

    @property
    def client(self) -> str:
        """The client's address in it, empty when it names none."""
        found = re.search(r"\bfwd=([0-9a-fA-F.:]+)", self.line)
        return found[1] if found else ""


def ask(scene: Scene, dials: Sequence[str], headers: Mapping[str, str] | None = None) -> dict[str, Seen]:
    """Dialled address -> what the gateway saw of the socket that came through it."""
    names = {dial: f"clawkit-verify/{secrets.token_hex(8)}" for dial in dials}

    def knock(dial: str) -> None:
        websocket.converse(replace(scene.target, dial=dial), trust=None,
                           headers={**(headers or {}), "User-Agent": names[dial]})  # fmt: skip

    with ThreadPoolExecutor(max_workers=max(1, len(names))) as pool:
        list(pool.map(knock, names))
    seconds = FAR_SECONDS if scene.stack.swarm else LOG_SECONDS
    lines = _logged(scene.engine_view(), scene.gateway.service, tuple(names.values()), seconds)
    return {dial: Seen(next((line for line in lines if name in line), "")) for dial, name in names.items()}


def _logged(inside: Inside, service: str, names: Sequence[str], seconds: float) -> list[str]:
    container, lines = inside.services()[service].container, list[str]()

    def look() -> Look:
        lines[:] = inside.engine.logs(container, tail=TAIL).splitlines()
        missing = [name for name in names if not any(name in line for line in lines)]
        return Look(ready=not missing, doing=f"{len(missing)} sockets are not logged")

    with suppress(NotReady):  # what is missing is part of the answer
        until(look, seconds=seconds, what=f"the log of {service}", tell=lambda _text: None)
    return lines
