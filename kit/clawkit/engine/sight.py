"""The view of a stack's containers, on whichever engine it runs."""

from __future__ import annotations

from collections.abc import Sequence

from clawkit.engine.view import DockerView, View
from clawkit.settings.secret import Secret
from clawkit.stack import Stack


def view_of(stack: Stack, secrets: Sequence[Secret] = ()) -> View:
    if not stack.swarm:
        return DockerView(tuple(secrets))
    # brings the whole engine along, which a look at one machine need not pay for
    from clawkit.engine.swarm_view import SwarmView

    return SwarmView(stack.project, secrets)
