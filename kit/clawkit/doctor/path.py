"""The way from the client to the model, with the break marked: from a live walk, or from the causes alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from clawkit.doctor.diagnose import Diagnosis
from clawkit.doctor.finding import Hop


class State(StrEnum):
    OK = "ok"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Step:
    hop: Hop
    state: State
    detail: str
    ms: float | None = None


def of(diagnosis: Diagnosis, walked: Sequence[Step] = ()) -> tuple[Step, ...]:
    """All seven hops in the order of the traffic. The root cause's hop is broken, whatever a walk could pass."""
    seen = {step.hop: step for step in walked}
    root = diagnosis.root_cause
    if root is not None:
        cause, finding = root
        seen[cause.hop] = Step(cause.hop, State.BROKEN, finding.summary)
        for hop, step in seen.items():
            if hop is not cause.hop and step.state is State.BROKEN:
                seen[hop] = Step(hop, State.UNKNOWN, _beside(step, cause.hop))
    return tuple(seen.get(hop, Step(hop, State.UNKNOWN, "not looked at")) for hop in Hop)


def _beside(step: Step, broken: Hop) -> str:
    """One break alone: a hop before it that failed shows what the break did to it, one behind it was not reached."""
    order = list(Hop)
    behind = order.index(step.hop) > order.index(broken)
    return f"behind the break at {broken.value}" if behind else f"{step.detail}, because of {broken.value}"
