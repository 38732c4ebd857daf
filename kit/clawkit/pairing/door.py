"""The gateway's door: one short conversation over its own loopback for each question, and never the slow CLI."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from clawkit.engine.ports import Engine
from clawkit.errors import ClawkitError, EngineError, SettingsError
from clawkit.pairing.device import Device, Devices, Request, devices_of
from clawkit.render import templates_root
from clawkit.wait import Look, until

One = TypeVar("One", Request, Device)

SHORTEST = 6
"""So many characters of an id name it, if no other begins with them."""

WINDOW_SECONDS = 10
"""One conversation of a long wait; below the 30 s after which an exec is ended, and over soon after a Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Door:
    engine: Engine
    container: str

    def devices(self) -> Devices:
        return devices_of(self._ask("list"))

    def approve(self, given: str) -> Request:
        """Lets in the one that asked with this id, and nobody else."""
        found = _named(given, self.devices().asking, "request")
        self._ask("approve", found.id)
        return found

    def reject(self, given: str) -> Request:
        found = _named(given, self.devices().asking, "request")
        self._ask("reject", found.id)
        return found

    def revoke(self, given: str) -> Device:
        """Its key opens no longer, and an open page is closed."""
        found = _named(given, self.devices().paired, "device")
        self._ask("remove", found.id)
        return found

    def arrival(self, before: Devices, seconds: float, tell: Callable[[str], None],
                asks: Callable[[Request], None]) -> Device:  # fmt: skip
        """The first device that was not in before; `asks` hears of each that only asks. Raises NotReady."""
        known, found = set(before.ids), None

        def look() -> Look:
            nonlocal found
            now = self._glance(known)
            if now is None:
                return Look(ready=False, doing="the gateway does not answer", fix="clawkit status")
            for request in now.asking:
                if request.id not in known:
                    asks(request)
            known.update(request.id for request in now.asking)
            found = next((one for one in now.paired if one.id not in known), None)
            return Look(ready=found is not None, doing="no browser came yet", fix="clawkit open")

        until(look, seconds=seconds, what="your browser", tell=tell)
        assert found is not None, "until() returns when it is there"
        return found

    def _glance(self, known: Collection[str]) -> Devices | None:
        """None while the gateway restarts, which is no reason to give up."""
        try:
            return devices_of(self._ask("wait", str(WINDOW_SECONDS), ",".join(sorted(known))))
        except EngineError:
            return None

    def _ask(self, *words: str) -> dict[str, Any]:
        program = (templates_root() / "compose/gateway/devices.mjs").read_text()
        said = self.engine.exec(self.container, ("node", "--input-type=module", "-e", program, *words))
        try:
            answer: dict[str, Any] = json.loads(said)
        except ValueError as error:
            raise EngineError(
                "the gateway's answer about devices cannot be read", fix="clawkit logs gateway"
            ) from error
        if refused := answer.get("error"):
            raise EngineError(f"the gateway said: {refused['message'] or 'nothing'} ({refused['code']})",
                              fix="clawkit status")  # fmt: skip
        return answer


def _named(given: str, present: Collection[One], kind: str) -> One:
    """The one with this id; raises when there is none, or when a beginning fits several."""
    fitting = [one for one in present if one.id == given or (len(given) >= SHORTEST and one.id.startswith(given))]
    if len(fitting) > 1:
        raise SettingsError(f"{given!r} begins {len(fitting)} ids", fix="give the whole id: clawkit devices list")
    if not fitting:
        raise ClawkitError(f"no {kind} {given!r} (any more)", fix="clawkit devices list")
    return fitting[0]
