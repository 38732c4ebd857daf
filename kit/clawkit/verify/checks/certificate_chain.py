"""The certificate leads to the authority that clients trust; dates and name are other checks' business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.probe.tls import DATE_CODES, NO_AUTHORITY, TlsFacts
from clawkit.verify.meaning import LOGS_PROXY, UP
from clawkit.verify.scene import Scene


@dataclass(frozen=True, slots=True)
class Facts:
    tls: TlsFacts
    authority: str
    now: datetime
    pending: str = ""
    """Why the authority's certificate is not shown yet."""


def gather(scene: Scene) -> Facts:
    authority = scene.ca_file.name if scene.ca_file else "the system's store"
    return Facts(scene.tls(), authority, datetime.now(UTC), scene.pending())


def judge(facts: Facts) -> Verdict:
    tls = facts.tls
    if facts.pending:
        return warning(facts.pending, "clawkit certs", issuer=tls.leaf.issuer if tls.leaf else None)
    if tls.leaf is None:
        return failed("no certificate was shown", LOGS_PROXY)
    issuer = tls.leaf.issuer
    if tls.chain_code == NO_AUTHORITY:
        return failed(tls.verify_message, UP, issuer=issuer)
    if tls.chain_code:
        return failed(f"not trusted by {facts.authority}: {tls.verify_message} (issuer {issuer})", LOGS_PROXY,
                      verify_code=tls.chain_code, issuer=issuer)  # fmt: skip
    if tls.verify_code in DATE_CODES and tls.leaf.not_before <= facts.now <= tls.leaf.not_after:
        return failed(f"a certificate of the authority is out of date: {tls.verify_message} (issuer {issuer})",
                      LOGS_PROXY, verify_code=tls.verify_code, issuer=issuer)  # fmt: skip
    return ok(f"issued by {issuer}, trusted by {facts.authority}", issuer=issuer, serial=tls.leaf.serial,
              sha256=tls.leaf.sha256)  # fmt: skip


CHECK = Check("certificate-chain", "certificate chain", Group.TLS, gather, judge, needs=("tls-version",))
