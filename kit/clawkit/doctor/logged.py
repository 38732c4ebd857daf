"""What a proxy's log says where nobody gave its configuration: then the log alone must do."""

from __future__ import annotations

from clawkit.doctor.links import OURS
from clawkit.doctor.model.failure import Failure, FailureKind
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.setup import Setup


def logged(setup: Setup, *kinds: FailureKind) -> tuple[Failure, ...]:
    """Of OpenClaw's site; all where the log speaks of one site only. Nothing where a configuration can be judged."""
    if setup.proxies:
        return ()
    alone = len({failure.site for failure in setup.failures if failure.site}) <= 1
    return tuple(failure for failure in setup.failed(*kinds) if alone or _ours(failure))


def _ours(failure: Failure) -> bool:
    return failure.upstream.endswith(f":{DEFAULT_PORT}") or bool(OURS.search(f"{failure.upstream} {failure.site}"))
