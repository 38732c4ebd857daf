"""One look of the doctor: read the setup, judge it, tell it."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from clawkit.commands.context import Context
from clawkit.doctor import path as ways
from clawkit.doctor.diagnose import Diagnosis, diagnose
from clawkit.doctor.finding import Layer, Symptom
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.open_end import OpenEnd, open_ends
from clawkit.doctor.path import State, Step
from clawkit.errors import SettingsError
from clawkit.report.machine import JsonReport

FOUND, NOTHING_LOOKED = 1, 3
OUTSIDE = (Layer.HOST, Layer.DNS, Layer.CLIENT)


@dataclass(frozen=True, slots=True)
class Look:
    setup: Setup
    diagnosis: Diagnosis
    ends: tuple[OpenEnd, ...]
    path: tuple[Step, ...]
    elapsed_ms: int

    @property
    def outside(self) -> bool:
        """The root cause lies where no act on containers or files of a deployment reaches."""
        root = self.diagnosis.root_cause
        return root is not None and root[0].layer in OUTSIDE

    @property
    def code(self) -> int:
        """The exit status that this look alone would give."""
        if self.diagnosis.root_cause or self.ends:
            return FOUND
        return 0 if self.diagnosis.looked else NOTHING_LOOKED


@dataclass(frozen=True, slots=True)
class Outputs:
    """Files that are wanted beside what is printed."""

    html: Path | None = None
    bundle: Path | None = None


@dataclass(frozen=True, slots=True)
class Case:
    context: Context
    paths: tuple[Path, ...]
    symptom: Symptom | None = None
    outputs: Outputs = Outputs()

    @property
    def for_a_program(self) -> bool:
        return isinstance(self.context.report, JsonReport)

    def look(self) -> Look:
        """Of several setups on one engine the first with a root cause, else the first."""
        begun = time.monotonic()
        looks = [self._judged(setup, walked, begun) for setup, walked in self._read()]
        return next((look for look in looks if look.code == FOUND), looks[0])

    def _judged(self, setup: Setup, walked: tuple[Step, ...], begun: float) -> Look:
        from clawkit.doctor.registry import CAUSES

        diagnosis = diagnose(setup, CAUSES, symptom=self.symptom)
        path = ways.of(diagnosis, walked)
        ends = open_ends(setup, diagnosis) or _unexplained(diagnosis, path)
        return Look(setup, diagnosis, ends, path, round((time.monotonic() - begun) * 1000))

    def tell(self, look: Look) -> None:
        """The last word of a run: everything for a person, or the one object for a program, and the files."""
        from clawkit.report import diagnosis_data

        data = diagnosis_data.data(look.diagnosis, look.path, look.ends, look.elapsed_ms, self._mendable(look))
        self._warn(look)
        self._write(look, data)
        self.context.report.finish(data, () if self.for_a_program else self._lines(look))

    def aside(self, look: Look) -> None:
        """Before something is changed: a program gets its one object at the end, so this goes to stderr for it."""
        self._warn(look)
        say = self.context.report.note if self.for_a_program else self.context.report.line
        for text in self._lines(look):
            say(text)

    def agreed(self, question: str) -> bool:
        if self.context.yes:
            return True
        if not sys.stdin.isatty():
            self.context.report.note("     nothing done: nobody to ask; add --yes")
            return False
        return click.confirm(question, default=False, err=True)

    def _lines(self, look: Look) -> list[str]:
        from clawkit.report import diagnosis

        return diagnosis.lines(look.diagnosis, look.path, look.ends, self.context.report.style,
                               verbose=self.context.verbose > 0, mendable=self._command(look))  # fmt: skip

    def _warn(self, look: Look) -> None:
        for problem in look.setup.unread:
            self.context.report.warn(f"{problem.at}: {problem.message}")

    def _mendable(self, look: Look) -> Sequence[str]:
        from clawkit.doctor.mend import plan

        wanted = plan(look.setup, look.diagnosis) if self.paths else None
        return () if wanted is None else (wanted.slug,)

    def _command(self, look: Look) -> str:
        if not self.paths:
            ours = (self.context.folder / "stack" / "compose.yaml").exists()
            return "clawkit doctor --fix" if ours and look.code == FOUND and not look.outside else ""
        if not self._mendable(look):
            return ""
        return f"clawkit doctor --fix --write {shlex.join(str(path) for path in self.paths)}"

    def _read(self) -> tuple[tuple[Setup, tuple[Step, ...]], ...]:
        """The setup of the given files, or of what runs here with the walk through it."""
        if not self.paths:
            from clawkit.doctor.here import look_here

            return look_here(self.context.folder, self.context.flags)
        from clawkit.doctor.readers.assemble import read

        absent = [path for path in self.paths if not path.exists()]
        if absent:
            raise SettingsError(f"no such file or folder: {absent[0]}", fix="clawkit doctor FOLDER")
        return ((read([path.absolute() for path in self.paths]), ()),)

    def _write(self, look: Look, data: dict[str, Any]) -> None:
        if self.outputs.html is not None:
            from clawkit.report import doctor_page

            doctor_page.write(self.outputs.html, look.diagnosis, look.path, look.ends)
            self.context.report.note(f"     written: {self.outputs.html}")
        if self.outputs.bundle is not None:
            from clawkit.doctor import bundle

            bundle.write(self.outputs.bundle, look.setup, {"schema": 1, **data})
            self.context.report.note(f"     written: {self.outputs.bundle}, without secrets; look through it before "
                                     "you send it")  # fmt: skip


def _unexplained(diagnosis: Diagnosis, path: Sequence[Step]) -> tuple[OpenEnd, ...]:
    """A walk that ended at a break which no cause names must not come out healthy."""
    if diagnosis.root_cause is not None:
        return ()
    return tuple(
        OpenEnd(f"the way ends at {step.hop.value}: {step.detail}", "the walk from this host", (),
                ("clawkit status", "clawkit logs"))
        for step in path if step.state is State.BROKEN
    )[:1]  # fmt: skip
