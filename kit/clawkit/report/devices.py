"""Devices and requests as a person and as a program read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from clawkit.pairing.device import Device, Devices, Request
from clawkit.report.legible import legible

SHOWN = 8
"""Characters of an id that are enough to name it."""

NAME_WIDTH = 48


def lines(found: Devices, now: datetime) -> list[str]:
    """Who asks comes first, as that is what waits for an answer."""
    asking = [line for one in found.asking
              for line in _block(one.id, told(one, now), wants(one.scopes, again=one.known))]  # fmt: skip
    paired = [line for one in found.paired for line in _block(one.id, told(one, now), _seen(one, now))]
    shown = ["asking to be let in", *asking] if asking else []
    if paired:
        shown += [*([""] if asking else []), "let in", *paired]
    return shown or ["nobody asks, and nobody is let in yet"]


def _block(identity: str, first: str, second: str) -> list[str]:
    return [f"  {identity[:SHOWN]}  {first}", f"  {' ' * SHOWN}  {second}"]


def told(one: Device | Request, now: datetime) -> str:
    """Name, address, time: what a person decides by."""
    at = one.at if isinstance(one, Request) else one.since
    return f"{name(one)}, from {legible(one.address)}, {ago(at, now)}"


def name(one: Device | Request) -> str:
    """In one line and of a bounded length: the device chose it, and it may be anybody's."""
    text = " ".join(legible(one.name).split())
    return text if len(text) <= NAME_WIDTH else f"{text[: NAME_WIDTH - 1]}…"


def wants(scopes: Sequence[str], *, again: bool) -> str:
    rights = "every right (owner)" if "operator.admin" in scopes else ", ".join(map(legible, scopes)) or "no rights"
    return f"is in, and asks for more: {rights}" if again else f"asks for {rights}"


def _seen(device: Device, now: datetime) -> str:
    if device.connected:
        return "connected"
    return f"last seen {ago(device.seen, now)}" if device.seen else "never seen since"


def ago(at: datetime, now: datetime) -> str:
    """How long ago where that is what matters, else the day."""
    span = now - at
    if span < timedelta(minutes=1):
        return "just now"
    if span < timedelta(hours=2):
        return f"{span // timedelta(minutes=1)} min ago"
    if span < timedelta(days=2):
        return f"{span // timedelta(hours=1)} hours ago"
    return at.astimezone().strftime("%Y-%m-%d")


def data(found: Devices) -> dict[str, Any]:
    return {"asking": [request(one) for one in found.asking], "paired": [device(one) for one in found.paired]}


def request(one: Request) -> dict[str, Any]:
    return {"id": one.id, "device": one.device, "name": one.name, "address": one.address, "at": _iso(one.at),
            "scopes": list(one.scopes), "known": one.known}  # fmt: skip


def device(one: Device) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "address": one.address, "since": _iso(one.since),
            "seen": _iso(one.seen) if one.seen else None, "connected": one.connected, "scopes": list(one.scopes),
            "how": one.how}  # fmt: skip


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
