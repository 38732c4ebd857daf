"""One entry of the list `gateways`: a further gateway behind the same proxy, and what is its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from clawkit.settings.values import Cpus, Domain, Endpoint, ImageName, Memory, Model, Name, Pids, Upstream, Version

if TYPE_CHECKING:
    from clawkit.settings.model import Settings

OWN = ("openclaw", "gateway_image", "gateway_memory", "gateway_cpus", "gateway_pids", "model", "model_url",
       "model_key_file")  # fmt: skip
"""Settings of the deployment that an entry may have for itself, under the same names."""

TOGETHER = ("model", "model_url", "model_key_file")
"""The key of one provider must not be shown to another: who names one of these takes none of the deployment's."""


class GatewaySettings(BaseModel):
    """What it does not say for itself is as for the whole deployment."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    name: Name
    domain: Domain
    upstream: Upstream = ""
    """http://ADDRESS:PORT of one that somebody else runs; empty: clawkit runs it."""
    openclaw: Version | None = None
    gateway_image: ImageName | None = None
    gateway_memory: Memory | None = None
    gateway_cpus: Cpus | None = None
    gateway_pids: Pids | None = None
    model: Model | None = None
    model_url: Endpoint | None = None
    model_key_file: str | None = None

    @property
    def upstream_address(self) -> str:
        return self.upstream.removeprefix("http://")

    @property
    def own(self) -> dict[str, Any]:
        """Setting -> value, of those that it has for itself."""
        return {key: value for key in OWN if (value := getattr(self, key)) is not None}


def has_image(entry: GatewaySettings) -> bool:
    """True when it runs an image of its own choice."""
    return entry.openclaw is not None or entry.gateway_image is not None


def lends_its_own(entry: GatewaySettings) -> bool:
    """True when the model is its own, and with it the key."""
    return any(key in entry.own for key in TOGETHER)


def effective(settings: Settings, entry: GatewaySettings) -> Settings:
    """What counts for this gateway, its own in the place of the deployment's."""
    together = dict.fromkeys(TOGETHER, "") if lends_its_own(entry) else {}
    return settings.model_copy(update={**together, **entry.own})
