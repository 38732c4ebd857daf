"""Results as a run of checks leaves them, for the tests of its reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from clawkit.check import Group, Outcome, Result
from clawkit.lock import Lock, LockedImage
from clawkit.report import provenance
from clawkit.report.provenance import Provenance
from fakes import make_stack

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SHA256 = "9f2c" * 16
IMAGE_ID = "sha256:" + "ab12" * 16


def result(id: str, group: Group = Group.REACHABILITY, outcome: Outcome = Outcome.OK, summary: str = "fine",
           reason: str = "", **measured: str | float) -> Result:  # fmt: skip
    return Result(id, f"title of {id}", group, outcome, summary, measured, reason, 12)


GREEN = (
    result("redirect", summary="308 to HTTPS", status=308, ms=1.2),
    result("tls-version", Group.TLS, summary="TLS 1.3, h2", version="TLS 1.3", ms=8.4),
    result("certificate-chain", Group.TLS, issuer="demo CA", sha256=SHA256, serial="5e1f"),
    result("certificate-name", Group.TLS, names="claw.example.com"),
    result("certificate-expiry", Group.TLS, not_after="2029-02-19T09:00:00+00:00"),
    result("healthz", summary="200, live", status=200, ms=5.1),
    result("websocket-handshake", summary="101", status=101, ms=9),
    result("websocket-auth", Group.APP, version="2026.9.6", protocol=3),
    result("hsts", Group.SECURITY, value=""),
)

DOWN = {"status": 502, "path": "/healthz"}
"""What /healthz measures while the gateway is down."""


def but(id: str, outcome: Outcome, **more: Any) -> tuple[Result, ...]:
    """All green but this one."""
    return tuple(replace(one, outcome=outcome, **more) if one.id == id else one for one in GREEN)


def every_outcome() -> tuple[Result, ...]:
    return (
        *GREEN,
        result("control-ui", Group.APP, Outcome.FAILED, "2 of 9 assets wrong", "clawkit logs proxy", wrong=2),
        result("tls-age", Group.TLS, Outcome.WARNING, "9 days left", "clawkit logs proxy", days_left=9.5),
        result("readyz", Group.REACHABILITY, Outcome.SKIPPED, "not checked", "startupz did not pass"),
        result("unknown-host", Group.SECURITY, Outcome.CRASHED, "could not look", "ValueError: boom"),
    )


def made(results: Sequence[Result] = GREEN, *, engine: str = "20.10.24", **settings: Any) -> Provenance:
    stack = make_stack(domain="claw.example.com", **settings)
    locked = {"gateway": LockedImage("openclaw", stack.images.gateway.ref, "2026.9.6", "built", IMAGE_ID)}
    return provenance.build(stack, Lock(images=locked), results, at=AT, engine=engine)
