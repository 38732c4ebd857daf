"""The first hop: who asks. It is this host, which stands nearer than any browser does."""

from __future__ import annotations

from clawkit.doctor.finding import Hop
from clawkit.doctor.path import State, Step
from clawkit.doctor.walk.way import Way


def step(way: Way) -> Step:
    return Step(Hop.CLIENT, State.OK, f"asked for {way.origin} from this host, which no firewall on the way can stop")
