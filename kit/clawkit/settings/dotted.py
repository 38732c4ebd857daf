"""A setting of one further gateway, under the name `gateways.NAME.KEY`: laid over the file, read, and kept in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clawkit.errors import SettingsError
from clawkit.settings import file, listing
from clawkit.settings.listing import KEY
from clawkit.settings.model import Settings


def named(gateway: str, key: str) -> str:
    return f"{KEY}.{gateway}.{key}"


def split(name: str) -> tuple[str, str] | None:
    """Gateway and key; None for a setting of the whole deployment."""
    first, _, rest = name.partition(".")
    gateway, _, key = rest.partition(".")
    return (gateway, key) if first == KEY and key else None


def laid(listed: Any, gateway: str, key: str, value: Any) -> list[dict[str, Any]]:
    """The list with this value in the entry of that gateway; None takes the key out. Raises when there is none."""
    entries = [dict(one) for one in listed or ()]
    found = next((one for one in entries if one.get("name") == gateway), None)
    if found is None:
        raise unknown(gateway, [str(one.get("name")) for one in entries])
    found.pop(key, None)
    if value is not None:
        found[key] = value
    return entries


def unknown(gateway: str, names: list[str]) -> SettingsError:
    return SettingsError(f"no further gateway {gateway!r} (there are: {', '.join(names) or 'none'})",
                         fix="clawkit gateways list")  # fmt: skip


def value(settings: Settings, name: str) -> Any:
    """None for a key that the entry does not have, or when there is no such entry."""
    own = split(name)
    if own is None:
        return getattr(settings, name)
    entry = next((one for one in settings.gateways if one.name == own[0]), None)
    return getattr(entry, own[1], None)


def keep(folder: Path, given: Mapping[str, Any]) -> bool:
    """Writes what was given into clawkit.yaml, each where it belongs; True when the file changed."""
    changed = file.keep(folder, {key: one for key, one in given.items() if split(key) is None})
    entries: dict[str, dict[str, Any]] = {}
    for key, one in given.items():
        if own := split(key):
            entries.setdefault(own[0], {})[own[1]] = one
    return any([changed, *(listing.change(folder, gateway, values) for gateway, values in entries.items())])
