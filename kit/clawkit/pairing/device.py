"""A device as OpenClaw's gateway knows it, by the key that it made for itself: one that asks, and one that is in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

CLIENTS = {"openclaw-control-ui": "browser", "webchat": "browser", "webchat-ui": "browser", "cli": "command line",
           "openclaw-tui": "terminal", "node-host": "node", "openclaw-ios": "iPhone", "openclaw-macos": "Mac app",
           "openclaw-android": "Android app", "openclaw-windows": "Windows app"}  # fmt: skip
"""What people call the clients of the protocol (`client.id`, a closed list of gateway 2026.9.6)."""


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody at the door; the gateway gives each try an id of its own."""

    id: str
    device: str
    name: str
    address: str
    at: datetime
    scopes: tuple[str, ...]
    known: bool
    """A device that is in already and asks for more."""


@dataclass(frozen=True, slots=True)
class Device:
    id: str
    name: str
    address: str
    since: datetime
    seen: datetime | None
    connected: bool
    scopes: tuple[str, ...]
    how: str
    """`approvedVia` in the gateway's own word, such as bootstrap; empty when it does not tell."""


@dataclass(frozen=True, slots=True)
class Devices:
    asking: tuple[Request, ...] = ()
    paired: tuple[Device, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        return frozenset((*(one.id for one in self.asking), *(one.id for one in self.paired)))


def devices_of(told: Mapping[str, Any]) -> Devices:
    """Of what the gateway's device.pair.list answers (2026.9.6); newest first."""
    asking = sorted(map(_request, told.get("pending") or ()), key=lambda one: one.at, reverse=True)
    paired = sorted(map(_device, told.get("paired") or ()), key=lambda one: one.since, reverse=True)
    return Devices(tuple(asking), tuple(paired))


def _request(told: Mapping[str, Any]) -> Request:
    return Request(id=str(told["requestId"]), device=str(told["deviceId"]), name=_name(told),
                   address=str(told.get("remoteIp") or "unknown address"), at=_moment(told["ts"]),
                   scopes=_scopes(told), known=bool(told.get("isRepair")))  # fmt: skip


def _device(told: Mapping[str, Any]) -> Device:
    seen = told.get("lastSeenAtMs")
    return Device(id=str(told["deviceId"]), name=_name(told), address=str(told.get("remoteIp") or "unknown address"),
                  since=_moment(told.get("approvedAtMs") or told.get("createdAtMs") or 0),
                  seen=_moment(seen) if seen else None, connected=bool(told.get("connected")),
                  scopes=_scopes(told), how=str(told.get("approvedVia") or ""))  # fmt: skip


def _name(told: Mapping[str, Any]) -> str:
    """The owner's own name for it, else its own, else what it is; OpenClaw's precedence (docs cli/devices.md)."""
    own = told.get("operatorLabel") or told.get("displayName")
    if own:
        return str(own)
    kind = CLIENTS.get(str(told.get("clientId")), str(told.get("clientId") or "device"))
    platform = told.get("platform")
    return f"{kind} on {platform}" if platform else kind


def _scopes(told: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(scope) for scope in told.get("scopes") or ())


def _moment(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
