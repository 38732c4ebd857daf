"""Caddy in a container: its Caddyfile, and through its admin API whether that is what runs."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.place import Place, Problem
from clawkit.doctor.readers.live import inside
from clawkit.doctor.readers.text import TextFile
from clawkit.engine.view import View

SECONDS = 2.0
DEFAULT = "/etc/caddy/Caddyfile"
IMPORT = re.compile(r"^\s*import\s+(/\S+|[\w.-]+/\S+|[\w-]+\.\w+)", re.MULTILINE)

RUNNING = "curl -fsS -m 1 http://{0}/config/ || wget -q -T 1 -O - http://{0}/config/"
ADMIN = "localhost:2019"
ADMIN_LINE = re.compile(r"^\s*admin\s+([\w.:\[\]-]+)", re.MULTILINE)

Found = tuple[tuple[TextFile, ...], TextFile | None, tuple[Problem, ...]]


def look(view: View, container: Container) -> Found:
    words = command(view, container)
    path = named(words)
    main = inside.file(view, container, path)
    if main is None:
        return _autosaved(view, container), None, ()
    imported = inside.folder(view, container, path.rpartition("/")[0]) if IMPORT.search(main.text) else ()
    files = (main, *(file for file in imported if file.path != main.path))
    if not container.running:
        return files, None, ()
    adapted = view.run(container.name, ("caddy", "adapt", "--config", path, *_adapter(words)), seconds=SECONDS)
    if adapted.code != 0:
        said = TextFile(Path(f"/{container.name}/adapt.log"), f"{container.enter} caddy adapt", adapted.err)
        return files, said if "Error:" in adapted.err else None, ()
    return files, None, _unloaded(view, container, main, adapted.out)


def command(view: View, container: Container) -> tuple[str, ...]:
    """The container's own, or what a script in its place has started."""
    if not container.running or any(word.rpartition("/")[2] == "caddy" for word in container.command):
        return container.command
    processes = (one.line.split() for one in view.processes(container.name, seconds=SECONDS))
    return next((tuple(words) for words in processes if words[0].rpartition("/")[2] == "caddy" and "run" in words),
                container.command)  # fmt: skip


def named(words: Sequence[str]) -> str:
    """Of `--config`; the official image's default where the command names none."""
    for word, value in pairwise(words):
        if word in ("--config", "-config", "-c"):
            return value
    return next((word.partition("=")[2] for word in words if word.startswith("--config=")), DEFAULT)


def _adapter(words: Sequence[str]) -> tuple[str, ...]:
    at = words.index("--adapter") if "--adapter" in words else -1
    return ("--adapter", words[at + 1]) if 0 <= at < len(words) - 1 else ()


def _unloaded(view: View, container: Container, main: TextFile, adapted: str) -> tuple[Problem, ...]:
    running = _running(view, container, main)
    on_disk = _object(adapted)
    if running is None or on_disk is None or running == on_disk:
        return ()
    said = "differs from the configuration that Caddy runs with: it was changed and not reloaded"
    return (Problem(said, Place(main.shown, None, ""), "unloaded"),)


def _running(view: View, container: Container, main: TextFile) -> Any:
    line = ADMIN_LINE.search(main.text)
    admin = line[1] if line and ":" in line[1] else ADMIN
    # the admin API refuses a Host that is none of its own, so the address is asked for as it is written
    done = view.run(container.name, ("sh", "-c", RUNNING.format(admin)), seconds=SECONDS)
    return _object(done.out) if done.code == 0 else None


def _autosaved(view: View, container: Container) -> tuple[TextFile, ...]:
    """Of a Caddy that was configured through its API alone, as caddy-docker-proxy does."""
    for path in ("/config/caddy/autosave.json", "/config/caddy/Caddyfile.autosave"):
        found = inside.file(view, container, path)
        if found is not None:
            return (found,)
    return ()


def _object(text: str) -> Any:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found or None
