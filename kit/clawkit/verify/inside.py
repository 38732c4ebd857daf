"""The stack as its engine sees it, for checks that read back what outside eyes cannot see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clawkit.engine.container import Inspection
from clawkit.engine.ports import Engine, Service
from clawkit.tls import mirror
from clawkit.verify.memo import Memo
from clawkit.wares import ACME

LOG_LINES = 5000
LARGEST = 4 * 1024 * 1024
RUN_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Inside:
    """One project in the engine; each look is made once, whoever asks."""

    engine: Engine
    project: str
    folder: Path
    """The rendered folder."""
    closed: Mapping[str, str] = field(default_factory=dict)
    """Service -> why its container cannot be looked into, though the engine says that it runs."""
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)

    def services(self) -> Mapping[str, Service]:
        found = self.memo.once("services", lambda: self.engine.services(self.project))
        return {service.name: service for service in found}

    def standing(self) -> Mapping[str, Service]:
        """Without a Swarm's acme container while it is away: nothing of it is left to look into, the stack serves all
        the same, and certificate-expiry names it."""
        return {name: one for name, one in self.services().items() if name != ACME or not mirror.gone(one)}

    def inspections(self) -> Mapping[str, Inspection]:
        """Service -> what its container runs with."""
        services = self.standing()
        containers = [service.container for service in services.values()]
        return dict(zip(services, self.memo.once("inspect", lambda: self.engine.inspect(containers)), strict=True))

    def arguments(self, container: str) -> str:
        return self.memo.once(("arguments", container), lambda: self.engine.arguments(container))

    def log(self, container: str) -> str:
        return self.memo.once(("log", container), lambda: self.engine.logs(container, tail=LOG_LINES))

    def files(self) -> tuple[Path, ...]:
        """What clawkit wrote, and what lies beside it; not what the containers store."""
        return self.memo.once("files", lambda: tuple(_files(self.folder)))

    def text(self, path: Path) -> str:
        return self.memo.once(("text", path), lambda: path.read_text(errors="replace"))

    def run(self, service: str, *command: str, seconds: int = RUN_SECONDS) -> str:
        """Standard output of a command in the service's container; raises EngineError, also when there is none."""
        container = self.services()[service].container
        return self.memo.once((service, command), lambda: self.engine.exec(container, command, seconds=seconds))


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and "data" not in path.parts and path.stat().st_size <= LARGEST:
            yield path
