"""The stack as its engine sees it, for checks that read back what outside eyes cannot see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clawkit.engine.container import Inspection
from clawkit.engine.ports import Engine, Service
from clawkit.verify.memo import Memo

LOG_LINES = 5000


@dataclass(frozen=True, slots=True)
class Inside:
    """One project in the engine; each look is made once, whoever asks."""

    engine: Engine
    project: str
    folder: Path
    """The rendered folder."""
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)

    def services(self) -> Mapping[str, Service]:
        found = self.memo.once("services", lambda: self.engine.services(self.project))
        return {service.name: service for service in found}

    def inspections(self) -> Mapping[str, Inspection]:
        """Service -> what its container runs with."""
        return {name: self.inspection(service.container) for name, service in self.services().items()}

    def inspection(self, container: str) -> Inspection:
        return self.memo.once(("inspect", container), lambda: self.engine.inspect(container))

    def run(self, service: str, *command: str) -> str:
        """Standard output of a command in the service's container; raises EngineError, also when there is none."""
        container = self.services()[service].container
        return self.memo.once((service, command), lambda: self.engine.exec(container, command))
