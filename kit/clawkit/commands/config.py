"""`clawkit config`: the effective settings and where each came from."""

from __future__ import annotations

from typing import Any

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb


def config(context: Context) -> int:
    """Show the effective settings and where each came from."""
    deployment = deployments.open_folder(context.folder, context.flags)
    values: dict[str, Any] = deployment.settings.model_dump(exclude_none=True)
    origins = deployment.loaded.origins
    entries = {key: {"value": value, "origin": origins[key]} for key, value in values.items()}
    lines = [f"{key:16} {shown(value):40} {origins[key]}" for key, value in values.items()]
    data = {"command": "config", "ok": True, "folder": str(deployment.folder), "settings": entries}
    context.report.finish(data, [f"# {deployment.folder}", *lines])
    return 0


def shown(value: Any) -> str:
    if value is None or value == "" or value == ():
        return "-"
    if isinstance(value, tuple):
        return ", ".join(f"{item['name']}={item['domain']}" for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


command = verb(settings=True)(config)
