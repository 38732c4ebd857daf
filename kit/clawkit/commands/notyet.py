"""What does not work on a Swarm yet says so, and what to do instead, before anything is looked at or changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from clawkit.commands.context import Context
from clawkit.errors import SettingsError
from clawkit.settings.file import NAME

INSTEAD = {
    "doctor --fix": "clawkit doctor, and then the command that it names",
    "switch": "clawkit up --proxy caddy, or nginx",
}


def refuse(context: Context, given: Mapping[str, Any]) -> None:
    words = f"{context.command} --fix" if given.get("mend") else context.command
    if words not in INSTEAD or given.get("paths") or given.get("listing") or not _swarm(context):
        return
    raise SettingsError(f"clawkit {words} does not work with engine swarm yet", fix=INSTEAD[words])


def _swarm(context: Context) -> bool:
    """Settings are read only where something may say swarm: the ordinary deployment pays nothing."""
    path = context.folder / NAME
    try:
        told = path.read_text() if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        return False  # whoever reads the settings says what is wrong with them
    if "swarm" not in told and os.environ.get("CLAWKIT_ENGINE") != "swarm":
        return False
    from clawkit.deployment import open_folder

    return open_folder(context.folder, context.flags).settings.engine == "swarm"
