"""The settings reference of the documentation, made from the settings themselves."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from clawkit.settings.model import Settings

HEAD = """\
# Settings

Generated from `kit/clawkit/settings/model.py` by `make reference`; do not edit.

Each setting has one name in three forms: `https_port: 8443` in `clawkit.yaml`, `--https-port 8443`, and
`CLAWKIT_HTTPS_PORT=8443`. A flag beats the variable, that the file, that the default. What was given by flag
is kept in the file. `clawkit config` shows each value and where it came from.

| setting | default | what it is |
| --- | --- | --- |
"""


def page() -> str:
    """docs/settings.md; `gateways` alone has no flag, it is a list (`clawkit gateways`)."""
    return HEAD + "".join(_row(name, field) for name, field in Settings.model_fields.items())


def _row(name: str, field: Any) -> str:
    cells = (f"`{name}`", _default(field.default), f"{field.description or ''}{_choices(field.annotation)}")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _default(value: Any) -> str:
    words = {True: "on", False: "off"}
    return "" if value in ("", ()) else f"`{words[value] if isinstance(value, bool) else value}`"


def _choices(kind: Any) -> str:
    return f" ({', '.join(map(str, get_args(kind)))})" if get_origin(kind) is not None and _closed(kind) else ""


def _closed(kind: Any) -> bool:
    return all(isinstance(one, str) for one in get_args(kind)) and bool(get_args(kind))
