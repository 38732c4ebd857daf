"""A model may think for longer than any usual time-out, streamed and not, through the proxy and the real gateway."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.probe import chat
from clawkit.probe.chat import ChatFacts
from clawkit.verify import model
from clawkit.verify.meaning import LOGS_GATEWAY, LOGS_PROXY
from clawkit.verify.scene import Scene

THINKING_SECONDS = 75
"""Above nginx's 60 s, the commonest time-out of all."""

EARLY_MS = 10_000
"""The role chunk of a stream comes at once; a cold agent takes up to 8 s for its first turn."""

LIMIT_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Facts:
    streamed: ChatFacts
    whole: ChatFacts


def gather(scene: Scene) -> Facts:
    with model.lent(scene), ThreadPoolExecutor(max_workers=2) as pool:
        asked = [pool.submit(_ask, scene, stream) for stream in (True, False)]
        return Facts(*(one.result() for one in asked))


def _ask(scene: Scene, stream: bool) -> ChatFacts:
    return chat.ask(scene.target, scene.trust, scene.token, f"hello think={THINKING_SECONDS}", stream=stream,
                    limit=LIMIT_SECONDS, headers=model.HEADERS)  # fmt: skip


def judge(facts: Facts) -> Verdict:
    for name, one in (("streamed", facts.streamed), ("whole", facts.whole)):
        wrong = _wrong(name, one)
        if wrong:
            return wrong
    first, total = facts.streamed.first_byte_ms, facts.streamed.total_ms
    if first > EARLY_MS:
        return failed(f"the first byte of the stream came after {first / 1000:.1f} s: something holds it back",
                      LOGS_PROXY, first_byte_ms=first)  # fmt: skip
    return ok(f"{total / 1000:.0f} s streamed (first byte after {first / 1000:.2f} s) and "
              f"{facts.whole.total_ms / 1000:.0f} s whole, both 200",
              first_byte_ms=first, streamed_ms=total, whole_ms=facts.whole.total_ms)  # fmt: skip


def _wrong(name: str, one: ChatFacts) -> Verdict | None:
    seconds = one.total_ms / 1000
    if one.failure:
        return failed(f"the {name} answer ended after {seconds:.0f} s: {one.failure}", LOGS_PROXY, seconds=seconds)
    if one.status != 200:
        logs = LOGS_PROXY if one.status == 504 else LOGS_GATEWAY
        return failed(f"the {name} answer is {one.status} after {seconds:.0f} s: {one.text[:120]}", logs,
                      status=one.status, seconds=seconds)  # fmt: skip
    if not one.finished or "part3" not in one.text:
        return failed(f"the {name} answer was cut after {seconds:.0f} s", LOGS_PROXY, seconds=seconds)
    if seconds < THINKING_SECONDS:
        return failed(f"the {name} answer came after {seconds:.0f} s, before the model had thought: "
                      "it is not the model's", LOGS_GATEWAY, seconds=seconds)  # fmt: skip
    return None


CHECK = Check("long-request", "a model thinks for 75 s", Group.STREAMING, gather, judge, needs=("websocket-auth",),
              deep=True)  # fmt: skip
