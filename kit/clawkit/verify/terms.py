"""What the user agreed to for the checks that need his word, and how long the patient ones wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from clawkit.settings.secret import Secret


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The user's own OpenAI-compatible model, which answers the long request in place of the stand-in."""

    url: str
    """Up to and with its version, such as https://models.example.com/v1."""
    model: str
    key: Secret = field(default_factory=lambda: Secret(""))
    """Empty where it asks for none."""

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


@dataclass(frozen=True, slots=True)
class Terms:
    fake_model: bool = False
    """The gateway may be lent a stand-in model for the length of a check."""
    endpoint: Endpoint | None = None
    """The gateway may be lent this model instead, which the user pays for."""
    disruptive: bool = False
    """The gateway may be restarted and killed."""
    thinking_seconds: int = 75
    """Above nginx's 60 s, the commonest time-out of all."""
    idle_seconds: float = 80.0
    """Above the same, and three of the gateway's pings."""

    @property
    def lends(self) -> bool:
        return self.fake_model or self.endpoint is not None
