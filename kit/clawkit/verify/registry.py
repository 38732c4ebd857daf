"""All checks in causal order: what comes first explains what comes after."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from clawkit.check import Check, Group, Outcome, Result, run
from clawkit.gateway import Adopted
from clawkit.verify.checks import (
    body_limit,
    certificate_chain,
    certificate_expiry,
    certificate_name,
    client_address,
    container_hardening,
    control_ui,
    dns,
    every_address,
    gateway_port_closed,
    health_rpc,
    healthz,
    hsts,
    long_request,
    one_address,
    origin_accepted,
    origin_foreign_refused,
    proxy_timeouts,
    readyz,
    redirect,
    restart_loss,
    security_audit,
    security_headers,
    startupz,
    tls_ciphers,
    tls_version,
    token_missing_refused,
    token_not_exposed,
    token_wrong_refused,
    trust_pinned,
    unknown_host,
    websocket_auth,
    websocket_handshake,
    websocket_idle,
)
from clawkit.verify.scene import Scene

CHECKS: tuple[Check[Scene, Any], ...] = (
    dns.CHECK,
    redirect.CHECK,
    tls_version.CHECK,
    tls_ciphers.CHECK,
    certificate_chain.CHECK,
    certificate_name.CHECK,
    certificate_expiry.CHECK,
    healthz.CHECK,
    startupz.CHECK,
    readyz.CHECK,
    every_address.CHECK,
    control_ui.CHECK,
    websocket_handshake.CHECK,
    origin_accepted.CHECK,
    websocket_auth.CHECK,
    health_rpc.CHECK,
    proxy_timeouts.CHECK,
    body_limit.CHECK,
    websocket_idle.CHECK,
    long_request.CHECK,
    token_missing_refused.CHECK,
    token_wrong_refused.CHECK,
    origin_foreign_refused.CHECK,
    unknown_host.CHECK,
    gateway_port_closed.CHECK,
    hsts.CHECK,
    security_headers.CHECK,
    client_address.CHECK,
    one_address.CHECK,
    trust_pinned.CHECK,
    container_hardening.CHECK,
    token_not_exposed.CHECK,
    security_audit.CHECK,
    restart_loss.CHECK,
)

INSIDE = (
    "every-address", "proxy-timeouts", "long-request", "client-address", "one-address", "trust-pinned",
    "container-hardening", "token-not-exposed", "security-audit", "restart-loss",
)  # fmt: skip
"""Checks that read back from the engine what outside eyes cannot see."""

NEED_THE_TOKEN = ("websocket-auth", "health-rpc", "body-limit", "websocket-idle")
ADOPTED = "somebody else runs this gateway: clawkit has neither its token nor its container"
ENTERED = {"proxy-timeouts": "proxy", "trust-pinned": "gateway", "security-audit": "gateway",
           "container-hardening": "all", "token-not-exposed": "all"}  # fmt: skip
"""Those that look into a container, or at how it was made: on a Swarm it may be where clawkit has no way to."""

NOT_ON_SWARM = ("long-request", "restart-loss")

TLS_ONLY = ("redirect", "hsts")
"""Outside the tls group, but without meaning when the stack itself does no TLS."""

ATTRIBUTION = ("client-address", "one-address")
OURS_ALONE = ("redirect", "hsts", "tls-ciphers", "every-address", "body-limit", "one-address")
"""What the front may do as it likes; not its certificate, since the token goes through it."""


def _behind(checks: Sequence[Check[Scene, Any]]) -> frozenset[str]:
    """Checks that need a TLS handshake, at whatever remove; the chain alone says that it is still to come."""
    found = {"tls-version"}
    for check in checks:
        if not found.isdisjoint(check.needs):
            found.add(check.id)
    return frozenset(found - {"certificate-chain"})


BEHIND_TLS = _behind(CHECKS)
LENDING = "long-request"
DISRUPTIVE = "restart-loss"


def run_all(scene: Scene, only: Collection[str] = (), skip: Collection[str] = (), *,
            deep: bool = False) -> tuple[Result, ...]:  # fmt: skip
    """Runs the chosen checks; those that mean nothing here stay in the list, as skipped with the reason."""
    wanted = [check for check in CHECKS if check.id in only or (not only and (deep or not check.deep))]
    chosen = [check for check in wanted if check.id not in skip]
    if scene.unseen:
        return tuple(_named(_unseen(check, scene.unseen), scene) for check in chosen)
    moot = {check.id: why for check in chosen if (why := _why_not(check, scene))}
    done = {check.id: _skipped(check, moot[check.id]) for check in chosen if check.id in moot}
    done |= {result.id: result for result in run([check for check in chosen if check.id not in moot], scene)}
    return tuple(_named(done[check.id], scene) for check in chosen)


def _why_not(check: Check[Scene, Any], scene: Scene) -> str:
    if isinstance(scene.gateway, Adopted) and check.id in (*INSIDE, *NEED_THE_TOKEN):
        return ADOPTED
    if not scene.encrypted and (check.group is Group.TLS or check.id in TLS_ONLY):
        return "tls is off"
    if not scene.encrypted and check.id in ATTRIBUTION:
        return "tls is off, and this host is the front: it says who the client is"
    if scene.through_front and check.id in OURS_ALONE:
        return "tls is off: that is up to what stands in front"
    if check.id in BEHIND_TLS and scene.pending() and scene.tls().failure:
        return "certificate pending"
    if check.id in INSIDE and scene.inside is None:
        return "no view of the engine"
    if check.id in NOT_ON_SWARM and scene.stack.swarm:
        return "not with engine swarm yet"
    if check.id in ENTERED and (why := _closed(check.id, scene)):
        return why
    if check.id == LENDING and not scene.terms.lends:
        return "it lends the gateway a model: add --fake-model, or --model-endpoint URL"
    if check.id == DISRUPTIVE and not scene.terms.disruptive:
        return "it restarts and kills the gateway: add --disruptive"
    return ""


def _closed(check: str, scene: Scene) -> str:
    closed = scene.inside.closed if scene.inside is not None else {}
    return next((why for name, why in closed.items() if _enters(check, name, scene)), "")


def _enters(check: str, service: str, scene: Scene) -> bool:
    return {"proxy": service == "proxy", "gateway": service == scene.gateway.service, "all": True}[ENTERED[check]]


def _named(result: Result, scene: Scene) -> Result:
    """The results of further gateways carry their name, the ordinary deployment shows none."""
    if scene.gateway == scene.stack.gateways[0]:
        return result
    return replace(result, title=f"{result.title} ({scene.gateway.name})", gateway=scene.gateway.name)


def _unseen(check: Check[Scene, Any], why: str) -> Result:
    """Never ok and never failed: nobody looked."""
    return Result(check.id, check.title, check.group, Outcome.CRASHED, "could not look", {}, why, 0)


def _skipped(check: Check[Scene, Any], why: str) -> Result:
    return Result(check.id, check.title, check.group, Outcome.SKIPPED, "not checked", {}, why, 0)
