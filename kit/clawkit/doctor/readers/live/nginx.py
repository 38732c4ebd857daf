"""nginx in a container: its whole configuration by `nginx -T`, and whether its workers are younger than the files."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.place import Place, Problem
from clawkit.doctor.readers.live import inside
from clawkit.doctor.readers.text import TextFile
from clawkit.engine.view import Process, View

SECONDS = 2.0
FOLDER = "/etc/nginx"
MASTER = re.compile(r"nginx: master process (.*)")
KEPT = ("-c", "-p", "-e")
"""Options of the running master that decide which configuration it reads."""

MARK = re.compile(r"^# configuration file (.+):$", re.MULTILINE)
FAULTS = re.compile(r"\[(emerg|alert|crit|error|warn)\]")
SLACK = 2.0
"""`ps` counts whole seconds."""

Found = tuple[tuple[TextFile, ...], TextFile | None, tuple[Problem, ...]]


def look(view: View, container: Container) -> Found:
    if not container.running:
        return inside.folder(view, container, FOLDER), None, ()
    processes = view.processes(container.name, seconds=SECONDS)
    command = ("nginx", "-T", *options(processes))
    done = view.run(container.name, command, seconds=SECONDS)
    shown = f"{container.enter} {shlex.join(command)}"
    words = TextFile(Path(f"/{container.name}/nginx-T.log"), shown, done.err) if FAULTS.search(done.err) else None
    if done.code == 0 and MARK.search(done.out):
        dump = TextFile(Path(f"/{container.name}/nginx-T.conf"), shown, done.out)
        return (dump,), words, _unloaded(view, container, dump, processes)
    # refused as it stands: nginx then shows none of it
    return inside.folder(view, container, _folder(command)), words, ()


def options(processes: Sequence[Process]) -> tuple[str, ...]:
    found = next((match for process in processes if (match := MASTER.search(process.line))), None)
    given = found[1].split() if found else []
    kept = [(word, value) for word, value in pairwise(given) if word in KEPT]
    return tuple(part for pair in kept for part in pair)


def _folder(command: Sequence[str]) -> str:
    named = command[command.index("-c") + 1] if "-c" in command else ""
    return named.rpartition("/")[0] or FOLDER if named.startswith("/") else FOLDER


def _unloaded(view: View, container: Container, dump: TextFile, processes: Sequence[Process]) -> tuple[Problem, ...]:
    loaded = taken_up(processes)
    paths = MARK.findall(dump.text)
    if loaded is None or not paths:
        return ()
    done = view.run(container.name, ("stat", "-L", "-c", "%Y %n", *paths), seconds=SECONDS)
    changed = [parts[1] for line in done.out.splitlines() if (parts := line.split(" ", 1))[0].isdigit()
               and float(parts[0]) > loaded + SLACK]  # fmt: skip
    said = "changed since nginx read it: the running workers are older"
    return tuple(Problem(said, Place(f"{container.name}:{path}", None, ""), "unloaded") for path in changed)


def taken_up(processes: Sequence[Process]) -> float | None:
    """When the running configuration was read: a reload starts new workers."""
    ages = [process.age for process in processes if "nginx: worker process" in process.line
            and "shutting down" not in process.line]  # fmt: skip
    return time.time() - max(ages) if ages else None
