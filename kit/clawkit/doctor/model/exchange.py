"""What somebody saw when they asked: a live probe, or a recorded `curl -v`, wscat or browser console."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from clawkit.doctor.model.place import Place


class Vantage(StrEnum):
    PUBLIC = "public"
    """The public URL, through the proxy."""
    DIRECT = "direct"
    """The gateway's own port, past the proxy."""
    INSIDE = "inside"
    """From inside the proxy's container or network."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what became of it. No status: it failed as `error` says."""

    url: str
    at: Place
    vantage: Vantage = Vantage.UNKNOWN
    method: str = "GET"
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    """Of the answer, names in lower case."""
    body: str = ""
    """The first 2,000 characters."""
    error: str = ""
    """refused, timeout, dns, reset, empty, tls-<reason>, or the client's own words."""
    upgrade: bool = False
    """It asked for a WebSocket."""
    close_code: int | None = None
    close_reason: str = ""
    elapsed: float | None = None
    """Seconds."""
    forwarded_proto: str = ""
    """X-Forwarded-Proto that was sent, to play an edge that terminates TLS."""
    address: str = ""
    """Of the server that was asked, where it was written down."""
    container: str = ""
    """From inside which container it was asked (`docker exec NAME curl …`)."""

    @property
    def error_type(self) -> str:
        """OpenClaw's JSON `error.type`, e.g. proxy_attribution_required; empty if the body has none."""
        marker = '"type":"'
        start = self.body.replace('": "', '":"').find(marker)
        return self.body.replace('": "', '":"')[start + len(marker) :].split('"')[0] if start >= 0 else ""
