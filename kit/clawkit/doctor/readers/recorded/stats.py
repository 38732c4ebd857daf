"""`docker stats`: a container that has used up what memory it may use."""

from __future__ import annotations

import re

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.recorded.command import Command
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.text import TextFile

ROW = re.compile(r"^(?:[0-9a-f]{12,64} +)?(?P<name>[A-Za-z][\w.-]+) +[\d.]+% +(?P<used>[\d.]+)(?P<unit>[KMG]?i?B) / "
                 r"(?P<limit>[\d.]+)(?P<of>[KMG]?i?B) +(?P<share>[\d.]+)% ")  # fmt: skip
UNITS = {"B": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
FULL = 98.0
"""Percent. Docker has taken the file cache that can be given back off already."""


def read(file: TextFile, command: Command | None = None) -> Seen:
    """Without a limit it shows the machine's memory as one: the limit only counts where it is reached."""
    found = []
    for number, line in enumerate(file.text.splitlines(), start=1):
        row = ROW.match(f"{line.strip()} ")
        if row and float(row["share"]) >= FULL:
            limit = round(float(row["limit"]) * UNITS[row["of"][0]])
            found.append(Container(row["name"], Place(file.shown, number, line.strip()), memory=limit,
                                   memory_full=True))  # fmt: skip
    return Seen(containers=tuple(found))
