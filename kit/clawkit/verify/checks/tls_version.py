"""There is a TLS handshake at all, with a version and an application protocol of today."""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.tls import TlsFacts
from clawkit.verify.meaning import LOGS_PROXY, UP
from clawkit.verify.scene import Scene

MODERN = ("TLS 1.2", "TLS 1.3")


@dataclass(frozen=True, slots=True)
class Facts:
    tls: TlsFacts
    where: str
    name: str


def gather(scene: Scene) -> Facts:
    return Facts(scene.tls(), scene.target.where, scene.target.name)


def judge(facts: Facts) -> Verdict:
    tls = facts.tls
    if tls.failure:
        return _no_handshake(tls.failure, facts)
    if tls.version not in MODERN:
        return failed(f"{tls.version} is older than TLS 1.2", LOGS_PROXY, version=tls.version)
    said = f"{tls.version}, {tls.alpn or 'no ALPN'}, handshake {tls.handshake_ms:g} ms"
    measured: dict[str, str | float] = {"version": tls.version, "alpn": tls.alpn, "ms": tls.handshake_ms}
    if tls.alpn != "h2":
        return warning(f"{said}: HTTP/2 is not offered", LOGS_PROXY, **measured)
    return ok(said, **measured)


def _no_handshake(failure: Failure, facts: Facts) -> Verdict:
    text = f"no TLS at {facts.where} for {facts.name}: {failure}"
    if failure.kind is Trouble.NO_CERTIFICATE:
        text = f"the proxy has no certificate for {facts.name} yet (TLS alert internal error)"
    fix = UP if failure.kind is Trouble.REFUSED else LOGS_PROXY
    return failed(text, fix, failure=failure.kind.value)


CHECK = Check("tls-version", "TLS handshake", Group.TLS, gather, judge)
