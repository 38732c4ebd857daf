"""One way to break a healthy stack, and the proof: the symptom, the name, the healing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import pytest
from _pytest.mark import ParameterSet

from faults.doctor import Said
from faults.looks import Look, Site
from faults.patience import until

SYMPTOM_SECONDS, HEALED_SECONDS = 60.0, 90.0
EVIDENCE_SECONDS = 20.0
"""A symptom is there at once, and what a log says of it seconds later: whoever asks a doctor has looked by then."""

Edits = Mapping[str, Mapping[str, str]]
"""File -> text that is there -> what it becomes."""


class Heal(StrEnum):
    FIX = "doctor --fix"
    """`clawkit doctor --fix --yes`, with --write on files that are not the kit's."""
    UNDO = "the break undone"


class Stack(Site, Protocol):
    @property
    def name(self) -> str: ...
    def edit(self, where: str, changes: Mapping[str, str]) -> None: ...
    def apply(self) -> None: ...
    def restart(self, service: str) -> None: ...
    def restore(self) -> None: ...
    def doctor(self, *, recorded: bool = False) -> Said: ...
    def mend(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Fault:
    cause: str
    what: str
    """What is done to the stack, for the table."""
    look: Look
    sees: str
    """A pattern for what the look shows while it is broken."""
    edits: Edits = field(default_factory=dict)
    act: Callable[..., None] | None = None
    """On the stack, once the edited files are in force."""
    undo: Callable[..., None] | None = None
    heal: Heal = Heal.UNDO
    restart: tuple[str, ...] = ()
    """Services that take up their file only at a start."""
    recorded: bool = False
    """Files alone do not show it: the doctor also gets what a user would paste."""
    missed: str = ""
    """What the doctor says in place of the cause, as long as it does: such a row is in no table."""

    def __str__(self) -> str:
        return f"{self.cause}: {self.what}"


@dataclass(frozen=True, slots=True)
class Row:
    fault: str
    what: str
    stack: str
    symptom: str
    named: str
    healed: str
    seconds: float


def each(faults: Sequence[Fault], *, every_day: int = 0) -> list[ParameterSet]:
    """For `parametrize`: the first ones for every day, all of them for `make faults`; what is missed today has to be
    told the day it is named."""
    return [pytest.param(fault, id=str(fault), marks=_marks(fault, every_day == 0 or number < every_day))
            for number, fault in enumerate(faults)]  # fmt: skip


def _marks(fault: Fault, every_day: bool) -> list[pytest.MarkDecorator]:
    missed = [pytest.mark.xfail(reason=fault.missed, raises=AssertionError)] if fault.missed else []
    return missed if every_day else [*missed, pytest.mark.faults]


def prove(stack: Stack, fault: Fault) -> Row:
    start = time.monotonic()
    try:
        seen, named = _break(stack, fault)
        _heal(stack, fault)
    finally:
        if fault.undo:
            fault.undo(stack)
        stack.restore()
        until(lambda: fault.look.at(stack), fault.look.healthy, HEALED_SECONDS, f"{fault} was undone")
    return Row(fault.cause, fault.what, stack.name, f"{fault.look.name}: {seen}", named, fault.heal.value,
               round(time.monotonic() - start, 1))  # fmt: skip


def _break(stack: Stack, fault: Fault) -> tuple[str, str]:
    for where, changes in fault.edits.items():
        stack.edit(where, changes)
    stack.apply()
    for service in fault.restart:
        stack.restart(service)
    if fault.act:
        fault.act(stack)
    seen = until(lambda: fault.look.at(stack), lambda one: _is(fault, one), SYMPTOM_SECONDS, f"{fault}: the symptom")
    said = until(lambda: stack.doctor(recorded=fault.recorded), lambda one: _first(one) == fault.cause,
                 EVIDENCE_SECONDS, f"{fault}: after {seen!r} the doctor says")  # fmt: skip
    assert not said.crashed, said
    return seen, fault.cause


def _first(said: Said) -> str | None:
    return said.root_cause or next(iter(said.named), None)


def _is(fault: Fault, seen: str) -> bool:
    return re.search(fault.sees, seen) is not None


def _heal(stack: Stack, fault: Fault) -> None:
    if fault.heal is Heal.FIX:
        stack.mend()
        stack.apply()
        for service in fault.restart:
            stack.restart(service)
    else:
        if fault.undo:
            fault.undo(stack)
        stack.restore()
    until(lambda: fault.look.at(stack), fault.look.healthy, HEALED_SECONDS, f"{fault} is healed")
    said = stack.doctor()
    assert said.code == 0 and not said.alarms, f"healed, and the doctor says: {said}"
