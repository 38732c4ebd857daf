"""Lets a gateway finish its work before it is stopped: it takes no new one and says when it is idle."""

from __future__ import annotations

import json
from collections.abc import Callable

from clawkit.engine.ports import Service
from clawkit.engine.view import View

SUSPEND = ("node", "openclaw.mjs", "gateway", "suspend", "--json", "--wait")
MARGIN_SECONDS = 30
"""For the start of the command itself: 4 s on two cores."""

ANYWAY = "it finishes running requests as it stops"


def drain(view: View, service: Service, seconds: int, tell: Callable[[str], None]) -> str:
    """Asks the gateway to suspend (docs gateway/external-apps.md); its lease ends after two minutes by itself.

    Returns what remains to be said, empty when it is idle. What still runs then has the 315 s in which a gateway that
    is told to stop finishes its requests, so nothing is cut off here.
    """
    if not service.running:
        return ""
    tell("waiting for running work to end")
    ran = view.run(service.container, (*SUSPEND, str(seconds)), seconds=seconds + MARGIN_SECONDS)
    answer = _document(ran.out)
    if answer.get("status") == "ready":
        return ""
    if answer.get("status") == "busy":
        return f"{service.name} still has {len(_listed(answer))} things to do after {seconds} s; {ANYWAY}"
    words = (ran.err or ran.out).strip().splitlines() or [f"exit status {ran.code}"]
    return f"{service.name} cannot be asked to drain ({words[-1]}); {ANYWAY}"


def _document(text: str) -> dict[str, object]:
    try:
        found = json.loads(text[text.index("{") :])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _listed(answer: dict[str, object]) -> list[object]:
    found = answer.get("blockers")
    return found if isinstance(found, list) else []
