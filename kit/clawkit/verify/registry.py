"""All checks in causal order: what comes first explains what comes after."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from clawkit.check import Check, Group, Outcome, Result, run
from clawkit.verify.checks import (
    certificate_chain,
    certificate_expiry,
    certificate_name,
    control_ui,
    gateway_port_closed,
    health_rpc,
    healthz,
    hsts,
    origin_accepted,
    origin_foreign_refused,
    readyz,
    redirect,
    security_headers,
    startupz,
    tls_version,
    token_missing_refused,
    token_wrong_refused,
    unknown_host,
    websocket_auth,
    websocket_handshake,
)
from clawkit.verify.scene import Scene

CHECKS: tuple[Check[Scene, Any], ...] = (
    redirect.CHECK,
    tls_version.CHECK,
    certificate_chain.CHECK,
    certificate_name.CHECK,
    certificate_expiry.CHECK,
    healthz.CHECK,
    startupz.CHECK,
    readyz.CHECK,
    control_ui.CHECK,
    websocket_handshake.CHECK,
    origin_accepted.CHECK,
    websocket_auth.CHECK,
    health_rpc.CHECK,
    token_missing_refused.CHECK,
    token_wrong_refused.CHECK,
    origin_foreign_refused.CHECK,
    unknown_host.CHECK,
    gateway_port_closed.CHECK,
    hsts.CHECK,
    security_headers.CHECK,
)

TLS_ONLY = ("redirect", "hsts")
"""Outside the tls group, but without meaning when the stack itself does no TLS."""


def run_all(scene: Scene, only: Collection[str] = (), skip: Collection[str] = ()) -> tuple[Result, ...]:
    """Runs the chosen checks; those that `tls: off` makes moot stay in the list, as skipped."""
    chosen = [check for check in CHECKS if (not only or check.id in only) and check.id not in skip]
    moot = [] if scene.encrypted else [c for c in chosen if c.group is Group.TLS or c.id in TLS_ONLY]
    done = {check.id: _moot(check) for check in moot}
    done |= {result.id: result for result in run([c for c in chosen if c not in moot], scene)}
    return tuple(_named(done[check.id], scene) for check in chosen)


def _named(result: Result, scene: Scene) -> Result:
    """The results of further gateways carry their name, the ordinary deployment shows none."""
    if scene.gateway == scene.stack.gateways[0]:
        return result
    return replace(result, title=f"{result.title} ({scene.gateway.name})")


def _moot(check: Check[Scene, Any]) -> Result:
    return Result(check.id, check.title, check.group, Outcome.SKIPPED, "not checked", {}, "tls is off", 0)
