"""Whether the gateway's process ended at the time of what its proxy reports."""

from __future__ import annotations

from collections.abc import Sequence

from clawkit.doctor.model.failure import Failure, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.programs import gateways

NEAR = 30.0
"""Seconds between the end of a process and what its proxy reports."""
GOING = (
    r"received SIG(?:TERM|INT|USR2)|restart mode|restarting gateway|gateway restart|shutdown budget|uncaught exception|"
    r"SIGKILL|Segmentation fault|FATAL ERROR|gateway stopping|config change requires (?:a )?restart"
)


def ended(setup: Setup, closed: Sequence[Failure]) -> tuple[str, Place] | None:
    for container in gateways(setup):
        if container.restarts:
            return f"{container.name} was restarted {container.restarts} times", container.at
        if container.last_exit or (container.exit_code and not container.running):
            return f"{container.name} ended with status {container.last_exit or container.exit_code}", container.at
        near = [failure for failure in closed if failure.time and container.started
                and 0 <= container.started - failure.time <= NEAR]  # fmt: skip
        if near:
            return f"{container.name} was started again just after", container.at
    said = list(setup.said(GOING, Speaker.GATEWAY, Speaker.KERNEL))
    return ("it was stopped or restarted", said[-1][0].at) if said else None
