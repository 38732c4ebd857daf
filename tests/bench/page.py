"""docs/benchmarks.md: what was measured, where, how, and which targets were missed and why."""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from picture import svg
from section import Section, Table, Target

DOCS = Path(__file__).parents[2] / "docs"
LEAD = """# Benchmarks

Written by `make bench`, which measures everything here in one run on one machine: clawkit beside what one would have
without it. A figure is the median of its runs, with the least and the greatest in brackets; it means something only
beside its neighbours, because machine, neighbours and day are in all of them alike. What is compared takes turns, run
by run.
"""


def write(sections: Sequence[Section], runs: int, took: float, folder: Path = DOCS) -> Path:
    pictures = folder / "benchmarks"
    pictures.mkdir(exist_ok=True)
    for old in pictures.glob("*.svg"):
        old.unlink()
    for section in sections:
        for bars in section.pictures:
            (pictures / f"{bars.name}.svg").write_text(svg(bars))
    page = folder / "benchmarks.md"
    page.write_text("\n".join([LEAD, *machine(runs, took), *summary(sections), *map(told, sections)]))
    return page


def machine(runs: int, took: float) -> list[str]:
    facts = {
        "date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{os.cpu_count()} cores ({cpu()}), {memory()}, {platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "Docker": said("docker", "version", "--format", "{{.Server.Version}}"),
        "Compose": said("docker", "compose", "version", "--short"),
        "load before": " ".join(f"{one:.1f}" for one in os.getloadavg()),
        "runs": f"{runs} of each, unless told otherwise; the whole took {took / 60:.0f} min",
    }
    return Table(("", ""), list(facts.items())).lines()


def cpu() -> str:
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()


def memory() -> str:
    found = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    return f"{int(found[1]) / 1024 / 1024:.0f} GB" if found else "?"


def said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    return done.stdout.strip() or "?"


def summary(sections: Sequence[Section]) -> list[str]:
    targets = [target for section in sections for target in section.targets]
    met = sum(target.met for target in targets)
    table = Table(("target", "wanted", "found", ""), [row(target) for target in targets])
    return ["## Targets", "", f"{met} of {len(targets)} met.", "", *table.lines(), *reasons(targets)]


def row(target: Target) -> tuple[str, str, str, str]:
    return (target.what, target.wanted, target.found, "met" if target.met else "**missed**")


def reasons(targets: Sequence[Target]) -> list[str]:
    """Each reason once, with all that it explains: what was measured, not each of its figures."""
    missed: dict[str, dict[str, None]] = {}
    for target in targets:
        if not target.met:
            missed.setdefault(target.why or "no reason was found", {})[target.what.partition(":")[0]] = None
    told = [f"- **{'; '.join(names)}**: {why}" for why, names in missed.items()]
    return ["Why the missed ones were missed:", "", *told, ""] if told else []


def told(section: Section) -> str:
    pictures = [f"![{bars.title}](benchmarks/{bars.name}.svg)\n" for bars in section.pictures]
    tables = [text for table in section.tables for text in table.lines()]
    return "\n".join([f"## {section.title}", "", section.text, "", *pictures, *tables])
