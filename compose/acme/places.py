"""Where things lie in the container."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plan import Certificate, Plan


@dataclass(frozen=True, slots=True)
class Places:
    data: Path = Path("/data")
    site: Path = Path("/tls/site")
    scratch: Path = Path("/tmp")
    certbot: str = "certbot"

    @property
    def status(self) -> Path:
        return self.data / "status.json"

    @property
    def ask_now(self) -> Path:
        return self.data / "ask-now"

    @property
    def served(self) -> Path:
        """Written by the proxy: the generation of the configuration that it serves (proxies/nginx/run.sh)."""
        return self.data / "served/generation"

    @property
    def log(self) -> Path:
        return self.data / "certbot/logs/letsencrypt.log"

    def home(self, plan: Plan) -> Path:
        """certbot's own folder, with the account and the history."""
        return self.data / "certbot" / plan.lineages

    def lineage(self, plan: Plan, certificate: Certificate) -> Path:
        return self.home(plan) / "live" / certificate.name
