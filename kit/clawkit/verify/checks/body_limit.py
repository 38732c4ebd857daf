"""What OpenClaw takes gets through to it, and what is larger than the proxy takes is refused with the right word.

OpenClaw takes bodies of 20 MB (gateway 2026.9.6). A smaller limit of the proxy cuts uploads with a 413 that the
gateway's log knows nothing of; a proxy that meets its limit on the way may say 502, which sends people looking for a
gateway that is down (Caddy before 2.11).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.probe import upload
from clawkit.probe.upload import UploadFacts
from clawkit.verify.meaning import LOGS_GATEWAY, LOGS_PROXY, UP, unreachable
from clawkit.verify.scene import Scene

MB = 1024 * 1024
TAKEN_MB = 20
PATH = "/tools/invoke"
"""Always there, and takes 2 MB of JSON: its own 413 is JSON too, and so proves that the gateway was reached. Paths that
answer without reading are no good: the gateway hangs up on the rest, and Caddy makes a 502 of that now and then."""

TOO_LARGE = 413
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Facts:
    taken: UploadFacts
    larger: UploadFacts
    limit_mb: int


def gather(scene: Scene) -> Facts:
    limit = scene.stack.body_limit_mb
    with ThreadPoolExecutor(max_workers=2) as pool:
        asked = [pool.submit(_post, scene, size) for size in (TAKEN_MB, limit + 1)]
        return Facts(asked[0].result(), asked[1].result(), limit)


def _post(scene: Scene, size_mb: int) -> UploadFacts:
    return upload.post(scene.target, scene.trust, scene.token, PATH, size_mb * MB)


def judge(facts: Facts) -> Verdict:
    taken, larger = facts.taken, facts.larger
    if taken.failure:
        return unreachable(taken.failure)
    if taken.status != TOO_LARGE:
        return failed(f"{TAKEN_MB} MB are answered with {taken.status} and not by the gateway", LOGS_GATEWAY,
                      status=taken.status, sent=taken.sent)  # fmt: skip
    if taken.content_type != JSON:
        return failed(f"{TAKEN_MB} MB are refused with 413 before they reach the gateway, which takes them", UP,
                      status=taken.status, sent=taken.sent)  # fmt: skip
    if larger.failure:
        return failed(f"{facts.limit_mb + 1} MB end without an answer: {larger.failure}", LOGS_PROXY,
                      failure=larger.failure.kind.value, sent=larger.sent)  # fmt: skip
    if larger.status != TOO_LARGE:
        return failed(f"{facts.limit_mb + 1} MB are answered with {larger.status} in place of 413: the limit of "
                      f"{facts.limit_mb} MB is not kept, or not named", UP, status=larger.status)  # fmt: skip
    return ok(f"{TAKEN_MB} MB get through, {facts.limit_mb + 1} MB are refused with 413",
              limit_mb=facts.limit_mb, sent=larger.sent)  # fmt: skip


CHECK = Check("body-limit", "large requests", Group.STREAMING, gather, judge, needs=("websocket-auth",),
              deep=True)  # fmt: skip
