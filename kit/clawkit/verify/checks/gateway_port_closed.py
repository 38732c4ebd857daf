"""The gateway's own port is not published: the proxy is the only way in.

A gateway that runs on this host itself, beside the stack, is told apart by the detailed /readyz that OpenClaw gives
to loopback only (docs gateway/health.md); through a port that Docker publishes it shows the short form.
"""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.probe import http, tcp
from clawkit.probe.http import HttpFacts
from clawkit.probe.target import Target
from clawkit.probe.tcp import Door
from clawkit.stack import GATEWAY_PORT
from clawkit.verify.scene import Scene

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Facts:
    doors: tuple[Door, ...]
    answers: tuple[HttpFacts, ...]
    """Of /readyz, one per open door."""


def gather(_scene: Scene) -> Facts:
    doors = tcp.knock_all((LOOPBACK, *tcp.local_addresses()), GATEWAY_PORT)
    opened = [door for door in doors if door.is_open]
    asked = [http.get(Target(d.address, d.port, d.address, tls=False), "/readyz", limit=2.0) for d in opened]
    return Facts(doors, tuple(asked))


def judge(facts: Facts) -> Verdict:
    opened = [door for door in facts.doors if door.is_open]
    shown = ", ".join(f"{door.address}:{door.port}" for door in opened)
    if not opened:
        return ok(f"port {GATEWAY_PORT} is closed on {len(facts.doors)} addresses", addresses=len(facts.doors))
    if not any(is_openclaw(answer) for answer in facts.answers):
        return warning(f"another program answers on {shown}", f"ss -ltnp 'sport = :{GATEWAY_PORT}'", open=shown)
    if [door.address for door in opened] == [LOOPBACK] and "uptimeMs" in facts.answers[0].document:
        return warning(f"another OpenClaw runs on this host itself, on {shown}",
                       f"ss -ltnp 'sport = :{GATEWAY_PORT}'", open=shown)  # fmt: skip
    return failed(f"a gateway answers on {shown}, past the proxy and without TLS",
                  f"docker ps --filter publish={GATEWAY_PORT}", open=shown)  # fmt: skip


def is_openclaw(answer: HttpFacts) -> bool:
    return "ready" in answer.document or "proxy_attribution_required" in answer.text


CHECK = Check("gateway-port-closed", "gateway port is closed", Group.SECURITY, gather, judge)
