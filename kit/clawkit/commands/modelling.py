"""What `up` asks of the model's provider, and how it tells the answer."""

from __future__ import annotations

from typing import Any

from clawkit import model_entry
from clawkit.engine.ports import Engine
from clawkit.errors import EnvironmentMissing
from clawkit.provider import ask
from clawkit.provider.question import Answer, State, question
from clawkit.report.human import HumanReport
from clawkit.stack import Stack

FIXES = {State.REFUSED: "put the right key into its file, then: clawkit up",
         State.UNREACHABLE: "a server on this host has to listen on an address that containers reach"}  # fmt: skip


PAUSE = "OpenClaw asks a provider that refused the last key again after a minute (ten after a billing failure)"
"""It keeps that in its state, over restarts (docs concepts/model-failover.md; 2026.9.6)."""


def asked(report: HumanReport, stack: Stack, engine: Engine, *, new_key: bool) -> Answer | None:
    """By the way that the gateway itself takes; None where there is no model, or nobody whom clawkit can ask."""
    wanted = question(stack.settings)
    if wanted is None:
        return None
    with report.step("model"):
        service = stack.gateways[0].service
        container = next(one.container for one in engine.services(stack.project) if one.name == service)
        try:
            answer = ask.from_gateway(engine, container, wanted)
        except EnvironmentMissing as error:
            if not stack.swarm:
                raise
            report.warn(f"the model was not asked: {error.message} (try: {error.fix})")
            return None
    if answer.state is not State.ANSWERS:
        report.warn(sentence(stack, answer))
    elif new_key:
        report.note(f"     {PAUSE}")
    return answer


def sentence(stack: Stack, answer: Answer) -> str:
    fix = FIXES.get(answer.state, "clawkit logs gateway")
    return f"{model_entry.shown(stack.settings)}: {answer.told} (try: {fix})"


def data(stack: Stack, answer: Answer | None) -> dict[str, Any] | None:
    if not stack.settings.model:
        return None
    state, told = (answer.state, answer.told) if answer else (State.UNCHECKED, "")
    return {"name": model_entry.named(stack.settings), "url": stack.settings.model_url, "state": state.value,
            "told": told}  # fmt: skip
