"""Where things lie in the container."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plan import Certificate, Plan


SHARED = os.environ.get("ACME_SHARED", "")
"""On a Swarm the one volume that the proxies have too (stack.yaml.j2)."""

SILENT_SECONDS = 90
"""A proxy on a Swarm repeats every few seconds what it serves: one that does not is no more."""


@dataclass(frozen=True, slots=True)
class Places:
    data: Path = Path("/data")
    site: Path = Path("/tls/site")
    scratch: Path = Path("/tmp")
    certbot: str = "certbot"
    shared: Path | None = Path(SHARED) if SHARED else None

    def make(self) -> None:
        """Compose finds them made; a new volume is empty."""
        for folder in (self.site, self.webroot, self.served.parent):
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)

    @property
    def webroot(self) -> Path:
        return (self.shared or self.data) / "webroot"

    @property
    def status(self) -> Path:
        return self.data / "status.json"

    @property
    def ask_now(self) -> Path:
        return self.data / "ask-now"

    @property
    def served(self) -> Path:
        """Written by the proxy: the generation of the configuration that it serves (proxies/nginx/run.sh)."""
        return (self.shared or self.data) / "served/generation"

    def serving(self) -> tuple[str, ...]:
        """What each proxy says that it serves. On a Swarm each has a file of its own (proxies/nginx/names.sh), and
        its age is told by the newest: the clocks of two machines are no measure."""
        try:
            told = [(path.stat().st_mtime, path.read_text().strip()) for path in self.served.parent.glob("[!.]*")]
        except OSError:
            return ()
        newest = max((at for at, _ in told), default=0.0)
        return tuple(generation for at, generation in told if newest - at < SILENT_SECONDS)

    @property
    def log(self) -> Path:
        return self.data / "certbot/logs/letsencrypt.log"

    def home(self, plan: Plan) -> Path:
        """certbot's own folder, with the account and the history."""
        return self.data / "certbot" / plan.lineages

    def lineage(self, plan: Plan, certificate: Certificate) -> Path:
        return self.home(plan) / "live" / certificate.name
