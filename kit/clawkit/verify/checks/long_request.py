"""A model may think for longer than any usual time-out, streamed and not, through the proxy and the real gateway."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.probe import chat
from clawkit.probe.chat import ChatFacts
from clawkit.verify import model, standin
from clawkit.verify.meaning import LOGS_GATEWAY, LOGS_PROXY
from clawkit.verify.model import Lent
from clawkit.verify.scene import Scene
from clawkit.verify.terms import Terms

EARLY_MS = 10_000
"""The role chunk of a stream comes at once; a cold agent takes up to 8 s for its first turn."""

LIMIT_SECONDS = 180.0
GOOD = 200
LAST_WORD = "part3"
"""Of the stand-in's answer."""


@dataclass(frozen=True, slots=True)
class Facts:
    streamed: ChatFacts
    whole: ChatFacts
    model: str = standin.NAME
    own: bool = False
    """The user's own model: it answers when it likes, and what it likes."""
    thinking: int = Terms().thinking_seconds


def gather(scene: Scene) -> Facts:
    thinking = scene.terms.thinking_seconds
    with model.lent(scene) as lent, ThreadPoolExecutor(max_workers=2) as pool:
        if lent.hello.status != GOOD:
            return Facts(lent.hello, lent.hello, lent.name, lent.own, thinking)
        asked = [pool.submit(_ask, scene, lent, f"hello think={thinking}", stream) for stream in (True, False)]
        streamed, whole = (one.result() for one in asked)
    return Facts(streamed, whole, lent.name, lent.own, thinking)


def _ask(scene: Scene, lent: Lent, prompt: str, stream: bool) -> ChatFacts:
    return chat.ask(scene.target, scene.trust, scene.token, prompt, stream=stream, limit=LIMIT_SECONDS,
                    headers=lent.headers)  # fmt: skip


def judge(facts: Facts) -> Verdict:
    for name, one in (("whole", facts.whole), ("streamed", facts.streamed)):
        wrong = _wrong(f"{name} answer of {facts.model}", one, facts)
        if wrong:
            return wrong
    first, streamed, whole = facts.streamed.first_byte_ms, facts.streamed.total_ms, facts.whole.total_ms
    if first > EARLY_MS:
        return failed(f"the first byte of the stream came after {first / 1000:.1f} s: something holds it back",
                      LOGS_PROXY, first_byte_ms=first, model=facts.model)  # fmt: skip
    return ok(f"{facts.model}: {streamed / 1000:.0f} s streamed (first byte after {first / 1000:.2f} s) and "
              f"{whole / 1000:.0f} s whole, both 200",
              first_byte_ms=first, streamed_ms=streamed, whole_ms=whole, model=facts.model)  # fmt: skip


def _wrong(name: str, one: ChatFacts, facts: Facts) -> Verdict | None:
    seconds = one.total_ms / 1000
    if one.failure:
        return failed(f"the {name} ended after {seconds:.0f} s: {one.failure}", LOGS_PROXY, seconds=seconds,
                      model=facts.model)  # fmt: skip
    if one.status != GOOD:
        logs = LOGS_PROXY if one.status == 504 else LOGS_GATEWAY
        return failed(f"the {name} is {one.status} after {seconds:.0f} s: {one.text[:120]}", logs,
                      status=one.status, seconds=seconds, model=facts.model)  # fmt: skip
    if one.error:
        return failed(f"the {name} ended with an error after {seconds:.0f} s: {one.error[:120]}", LOGS_GATEWAY,
                      seconds=seconds, model=facts.model)  # fmt: skip
    if not one.finished or not (one.text if facts.own else LAST_WORD in one.text):
        return failed(f"the {name} was cut after {seconds:.0f} s", LOGS_PROXY, seconds=seconds, model=facts.model)
    if not facts.own and seconds < facts.thinking:
        return failed(f"the {name} came after {seconds:.0f} s, before it had thought: it is not the model's",
                      LOGS_GATEWAY, seconds=seconds, model=facts.model)  # fmt: skip
    return None


CHECK = Check("long-request", "a model thinks for 75 s", Group.STREAMING, gather, judge, needs=("websocket-auth",),
              deep=True)  # fmt: skip
