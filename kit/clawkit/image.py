"""The images that a stack runs, and what they are called where they are locked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

GATEWAY = "gateway"
"""What the image of the gateways is called, in the lock and among the roles."""


def key_of(name: str) -> str:
    """Of the image that one gateway has for itself."""
    return f"{GATEWAY}:{name}"


@dataclass(frozen=True, slots=True)
class Image:
    """An image that is present in the engine, as `compose.yaml` names it."""

    ref: str
    version: str
    """Version of the software inside, such as 2.11.4; empty when nothing tells."""
    origin: Literal["pulled", "built", "given"]


@dataclass(frozen=True, slots=True)
class Images:
    gateway: Image
    proxy: Image
    certbot: Image | None = None
    """Only where certbot gets the certificates."""
    own: Mapping[str, Image] = field(default_factory=dict)
    """Gateway -> the image that it has for itself; all others run `gateway`."""

    def of(self, name: str) -> Image:
        return self.own.get(name, self.gateway)
