"""A certificate that is replaced while somebody looks: for two seconds the proxy shows the one before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from clawkit.errors import NotReady
from clawkit.probe import tls
from clawkit.probe.failure import Trouble
from clawkit.probe.protocol import WebSocketFacts
from clawkit.probe.target import Trust
from clawkit.tls import material, mirror
from clawkit.verify import pending
from clawkit.wait import Look, until

if TYPE_CHECKING:
    from clawkit.verify.scene import Scene

SECONDS = 10.0
"""The proxy looks for another certificate every other second, and reloads."""


def asked(scene: Scene, ask: Callable[[Trust], WebSocketFacts]) -> WebSocketFacts:
    """Asked once; and once more when the certificate in the folder is not yet the one that the proxy shows."""
    facts = ask(scene.trust)
    if facts.failure is None or facts.failure.kind is not Trouble.UNTRUSTED or _served(scene):
        return facts
    try:
        until(lambda: Look(ready=_served(scene), doing="the proxy still shows another certificate"), seconds=SECONDS,
              what="the new certificate", tell=lambda _text: None)  # fmt: skip
    except NotReady:
        return facts
    inside = scene.engine_view()
    return ask(Trust(material.ca_file(inside.folder, scene.stack, scene.gateway)))


def _served(scene: Scene) -> bool:
    """True too where Caddy keeps the certificates itself, and where nobody can look into the folder."""
    if scene.inside is None or not scene.stack.served_from_files:
        return True
    mirror.refresh(scene.inside.folder, scene.stack, scene.inside.engine)
    installed = mirror.chain(scene.inside.folder, scene.stack, scene.gateway.name)
    shown = tls.handshake(scene.target, Trust()).leaf
    return installed is None or shown is None or shown.sha256 == pending.fingerprint(installed)
