"""/etc/docker/daemon.json: what the engine was told beside its defaults."""

from __future__ import annotations

import json

from clawkit.doctor.model.host import Host
from clawkit.doctor.model.place import Value
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.text import TextFile


def read(file: TextFile) -> Seen:
    """Options of one word; a file that is no JSON keeps Docker from starting, and its own log says so."""
    try:
        found = json.loads(file.text)
    except ValueError:
        return Seen()
    simple = {name: value for name, value in found.items() if isinstance(value, bool | str | int)}
    return Seen(host=Host(engine={name: Value(_word(value), file.place(_line(file, name)))
                                  for name, value in simple.items()}))  # fmt: skip


def _word(value: bool | str | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _line(file: TextFile, name: str) -> int | None:
    return next((n for n, line in enumerate(file.text.splitlines(), start=1) if f'"{name}"' in line), None)
