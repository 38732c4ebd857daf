"""Nothing old is spoken: below TLS 1.2 nothing at all, and there only suites that authenticate and keep secrets.

Mozilla's intermediate profile 6.0 (ssl-config.mozilla.org): ECDHE with AES-GCM or ChaCha20, no CBC, no RSA exchange.
"""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.probe import hello
from clawkit.probe.hello import Answer
from clawkit.verify.meaning import LOGS_PROXY, UP
from clawkit.verify.scene import Scene

MODERN = (0xC02B, 0xC02C, 0xC02F, 0xC030, 0xCCA8, 0xCCA9)
"""What a client of 2014 and later offers: without an answer to these, no refusal would mean anything."""

WEAK = {
    0xC009: "ECDHE-ECDSA-AES128-SHA", 0xC00A: "ECDHE-ECDSA-AES256-SHA", 0xC013: "ECDHE-RSA-AES128-SHA",
    0xC014: "ECDHE-RSA-AES256-SHA", 0xC023: "ECDHE-ECDSA-AES128-SHA256", 0xC024: "ECDHE-ECDSA-AES256-SHA384",
    0xC027: "ECDHE-RSA-AES128-SHA256", 0xC028: "ECDHE-RSA-AES256-SHA384", 0xC008: "ECDHE-ECDSA-DES-CBC3-SHA",
    0xC012: "ECDHE-RSA-DES-CBC3-SHA", 0x002F: "AES128-SHA", 0x0035: "AES256-SHA", 0x003C: "AES128-SHA256",
    0x003D: "AES256-SHA256", 0x000A: "DES-CBC3-SHA", 0x0005: "RC4-SHA", 0x009C: "AES128-GCM-SHA256",
    0x009D: "AES256-GCM-SHA384",
}  # fmt: skip
"""CBC, RC4, and RSA key exchange, which keeps nothing secret once the key is out; OpenSSL's names."""


@dataclass(frozen=True, slots=True)
class Facts:
    modern: Answer
    weak: Answer
    old: tuple[tuple[str, Answer], ...]
    """Version below TLS 1.2 -> answer."""


def gather(scene: Scene) -> Facts:
    def offer(version: str, suites: tuple[int, ...]) -> Answer:
        return hello.offer(scene.target, version, suites)

    every = (*MODERN, *WEAK)
    return Facts(offer("TLS 1.2", MODERN), offer("TLS 1.2", tuple(WEAK)),
                 tuple((version, offer(version, every)) for version in ("TLS 1.1", "TLS 1.0")))  # fmt: skip


def judge(facts: Facts) -> Verdict:
    for version, answer in facts.old:
        if answer.accepted:
            return failed(f"{version} is still spoken ({shown(answer)})", UP, version=version, suite=shown(answer))
    if facts.weak.accepted:
        suite = shown(facts.weak)
        return failed(f"TLS 1.2 with {suite} is accepted: it does not authenticate what it encrypts, or keeps nothing "
                      "secret once the key is out", UP, suite=suite)  # fmt: skip
    unclear = [answer.failure for _, answer in (*facts.old, ("", facts.weak)) if not answer.refused]
    if unclear:
        raise RuntimeError(f"neither accepted nor refused: {unclear[0]}")
    if not facts.modern.accepted:
        return warning("TLS 1.2 is refused whatever is offered: older clients are left out", LOGS_PROXY)
    return ok("nothing below TLS 1.2, no CBC, every key exchange forward secret")


def shown(answer: Answer) -> str:
    return WEAK.get(answer.suite or 0, f"suite 0x{answer.suite or 0:04X}")


CHECK = Check("tls-ciphers", "TLS suites", Group.TLS, gather, judge, needs=("tls-version",))
