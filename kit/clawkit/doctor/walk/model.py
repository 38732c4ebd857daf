"""The last hop: nobody's paid model is asked, so only the gateway's own words say anything of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from clawkit.doctor.finding import Hop
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.path import State, Step

TROUBLE = re.compile(
    r"upstream provider (?:error|timeout)|(?:provider|model|LLM)\b.{0,120}?\b(?:ECONNREFUSED|ENOTFOUND|ETIMEDOUT|"
    r"timed out|rate.?limit|authentication_error|invalid.api.key|unauthorized|no api key|HTTP (?:401|403|429|5\d\d))",
    re.IGNORECASE,
)
SHOWN = 160


def step(lines: Iterable[LogLine]) -> Step:
    said = [line for line in lines if line.speaker is Speaker.GATEWAY and TROUBLE.search(line.text)]
    if said:
        return Step(Hop.MODEL, State.UNKNOWN, f"not asked; the gateway's log says: {said[-1].text.strip()[:SHOWN]}")
    return Step(Hop.MODEL, State.UNKNOWN, "not asked: a call would cost; prove it with clawkit verify --fake-model")
