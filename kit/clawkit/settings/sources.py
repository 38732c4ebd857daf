"""Where a setting came from: flag beats environment beats clawkit.yaml beats default."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from clawkit.errors import SettingsError
from clawkit.settings import dotted, file
from clawkit.settings.further import GatewaySettings
from clawkit.settings.model import Settings

UNKNOWN = "extra_forbidden"
"""What pydantic calls a key that is no field."""

PREFIX = "CLAWKIT_"
FIELDS: tuple[str, ...] = tuple(Settings.model_fields)
SCALARS: tuple[str, ...] = tuple(name for name in FIELDS if name != "gateways")
"""The settings that have a flag and a variable; a list of gateways is too much for either."""


@dataclass(frozen=True, slots=True)
class Loaded:
    settings: Settings
    origins: Mapping[str, str]
    """Setting -> where its value came from, in words: `--domain`, `CLAWKIT_DOMAIN`, `clawkit.yaml`, `default`."""


def load(folder: Path, flags: Mapping[str, Any], environ: Mapping[str, str]) -> Loaded:
    """The settings of this deployment; raises SettingsError naming the key, its value and where it stands."""
    values: dict[str, Any] = {}
    origins = dict.fromkeys(FIELDS, "default")
    for given, origin in ((_from_file(folder), file.NAME), (_from_environment(environ), None), (flags, "--")):
        for key, value in given.items():
            if own := dotted.split(key):
                values["gateways"] = dotted.laid(values.get("gateways"), *own, value)
                continue
            values[key] = value
            origins[key] = {None: PREFIX + key.upper(), "--": flag_name(key)}.get(origin, origin or "")
    return Loaded(_validated(values, origins), origins)


def flag_name(key: str) -> str:
    return "--" + key.replace("_", "-")


def _from_file(folder: Path) -> dict[str, Any]:
    values = file.read(folder / file.NAME)
    for key in values:
        if key not in FIELDS:
            raise SettingsError(f"{folder / file.NAME}: unknown key {key!r}", fix=_nearest(str(key), FIELDS))
    return values


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    known = {PREFIX + key.upper(): key for key in SCALARS}
    for name in environ:
        # A variable of somebody else's may share the prefix; only a near miss of a setting is surely a slip.
        if name.startswith(PREFIX) and name not in known and name not in OWN_VARIABLES:
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
            if close:
                raise SettingsError(f"unknown variable {name}", fix=f"did you mean {close[0]}?")
    return {key: environ[name] for name, key in known.items() if environ.get(name)}


OWN_VARIABLES = frozenset({"CLAWKIT_DIR", "CLAWKIT_JSON", "CLAWKIT_MODEL_KEY", "CLAWKIT_YES"})


def _nearest(key: str, names: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(key.replace("-", "_"), names, n=1)
    return f"did you mean {close[0]!r}?" if close else f"the keys are: {', '.join(names)}"


def _validated(values: dict[str, Any], origins: Mapping[str, str]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(str(part) for part in _places(values, first["loc"]))
        raise SettingsError(_sentence(path, first), fix=_fix(path, first, origins)) from error


def _places(values: Mapping[str, Any], loc: tuple[Any, ...]) -> tuple[Any, ...]:
    """Where it stands, with the name of a gateway in place of its number in the list."""
    if len(loc) < 2 or loc[0] != "gateways" or not isinstance(loc[1], int):
        return loc
    entry = values["gateways"][loc[1]]
    name = entry.get("name") if isinstance(entry, Mapping) else None
    return (loc[0], name or loc[1], *loc[2:])


def _sentence(path: str, error: Any) -> str:
    reason = "unknown key" if error["type"] == UNKNOWN else error["msg"].removeprefix("Value error, ")
    reason = reason[:1].lower() + reason[1:]
    shown = error.get("input")
    if error["type"] not in ("value_error", UNKNOWN) and isinstance(shown, str | int | float | bool):
        reason = f"{shown!r}: {reason}"
    return f"{path}: {reason}" if path else reason


def _fix(path: str, error: Any, origins: Mapping[str, str]) -> str:
    if error["type"] == UNKNOWN:
        return _nearest(path.rpartition(".")[2], tuple(GatewaySettings.model_fields))
    # a fault between two settings has no path, but its message names them
    keys = [path.split(".")[0]] if path else [key for key in FIELDS if re.search(rf"\b{key}\b", error["msg"])]
    return " or ".join(dict.fromkeys(_where(key, origins[key]) for key in keys)) or "clawkit init --help"


def _where(key: str, origin: str) -> str:
    if origin == "default":
        return f"give another {flag_name(key)}"
    return f"correct {key} in {origin}" if origin == file.NAME else f"correct {origin}"
