"""openclaw.json as the gateway's container has it, in its volume or mount."""

from __future__ import annotations

from collections.abc import Iterator

from clawkit.doctor.model.container import Container
from clawkit.doctor.readers.live import inside
from clawkit.doctor.readers.text import TextFile
from clawkit.engine.view import View

HOMES = ("/home/node", "/root", "/home/openclaw", "/data")
NAMES = (".openclaw/openclaw.json", ".clawdbot/clawdbot.json", ".moltbot/moltbot.json")
"""Today's and earlier ones, which OpenClaw still reads."""


def look(view: View, container: Container) -> TextFile | None:
    """None also for a gateway that runs without a file."""
    for path in dict.fromkeys(_paths(container)):
        found = inside.file(view, container, path)
        if found is not None:
            return found
    return None


def _paths(container: Container) -> Iterator[str]:
    """In OpenClaw's own order (docs help/environment.md): the path, the state folder, the home."""
    given = container.environment
    named = given.get("OPENCLAW_CONFIG_PATH")
    state = given.get("OPENCLAW_STATE_DIR")
    if named:
        yield named
    elif state:
        yield f"{state.rstrip('/')}/openclaw.json"
    else:
        home = given.get("OPENCLAW_HOME") or given.get("HOME") or HOMES[0]
        mounted = [target for target in container.mounts if target.endswith((".openclaw", ".clawdbot", ".moltbot"))]
        yield from (f"{target}/openclaw.json" for target in mounted)
        yield from (f"{folder}/{name}" for name in NAMES for folder in dict.fromkeys((home, *HOMES)))
