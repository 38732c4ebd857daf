"""Whether the authority's certificate is still to come: then the stack is not broken, only not finished."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from clawkit.certificates import serving
from clawkit.engine.ports import Engine
from clawkit.errors import EngineError
from clawkit.probe.failure import Trouble
from clawkit.probe.target import Target, Trust
from clawkit.probe.tls import TlsFacts, handshake
from clawkit.stack import Site, Stack
from clawkit.tls import issuance, material, mirror
from clawkit.tls.issuance import Issuance
from clawkit.wares import ACME

if TYPE_CHECKING:
    from clawkit.verify.scene import Scene

LOG_LINES = 2000
SILENT = timedelta(seconds=180)
"""Three of its heartbeats."""
PLAN = Path("acme/plan.json")


def reason(scene: Scene) -> str:
    """Why the authority's certificate is not shown yet; empty when it is shown, or when none is to come."""
    if not scene.stack.acme or not stands_in(scene.tls()):
        return ""
    inside = scene.inside
    found = known(inside.folder, scene.stack, scene.gateway, inside.engine) if inside else None
    return issuance.sentence(found, scene.stack, scene.gateway)


def renewal_trouble(scene: Scene) -> str:
    """Why the certificate that is shown may not be renewed in time; empty when nothing speaks against it."""
    inside, stack = scene.inside, scene.stack
    if not stack.certbot or inside is None or scene.pending():
        return ""
    if away := mirror.away(stack, inside.services()):
        return away
    if ACME in inside.closed:  # nobody can ask it; the certificate's own age still tells
        return ""
    beat = issuance.heartbeat(inside.folder)
    if beat is None or datetime.now(UTC) - beat > SILENT:
        return f"the acme container, which renews it, is silent{f' since {issuance.clock(beat)}' if beat else ''}"
    found = known(inside.folder, stack, scene.gateway, inside.engine)
    return f"the last renewal failed: {found.error}" if found and found.failed else ""


def stands_in(facts: TlsFacts) -> bool:
    """Caddy shows none at all before it has one; the kit's temporary one does for nginx."""
    from clawkit.tls.authority import TEMPORARY

    if facts.failure:
        return facts.failure.kind is Trouble.NO_CERTIFICATE
    return facts.leaf is not None and facts.leaf.issuer == TEMPORARY


def shown(rendered: Path, stack: Stack, gateway: Site, target: Target, *, blind: bool = False) -> bool:
    """True when clients get the certificate that the authority issued for these very names.

    `blind`: nobody can ask who ordered it."""
    facts = handshake(target, Trust(material.ca_file(rendered, stack, gateway)))
    if facts.leaf is None or stands_in(facts) or alias_without(stack, gateway, target):
        return False
    if not stack.certbot or blind:
        return not stack.certbot or all(facts.leaf.covers(name) for name in gateway.names)
    # a wildcard has a folder of its own: in a site's may still be the one from before
    name = serving(stack, gateway).name
    found, chain = issuance.read(rendered).get(name), mirror.chain(rendered, stack, name)
    if found is None or chain is None or not found.answers(stack, gateway) or not found.not_after:
        return False
    return facts.leaf.sha256 == fingerprint(chain)


def alias_without(stack: Stack, gateway: Site, target: Target) -> str:
    """A further name that has no certificate yet: Caddy asks for each name apart. Empty when all have theirs."""
    if stack.certbot or not stack.acme:
        return ""
    seen = ((name, handshake(replace(target, name=name), Trust())) for name in gateway.aliases)
    return next((name for name, facts in seen if stands_in(facts)), "")


def fingerprint(chain: str) -> str:
    """sha256 of the first certificate."""
    end = "-----END CERTIFICATE-----"
    return sha256(ssl.PEM_cert_to_DER_cert(chain.partition(end)[0] + end)).hexdigest()


def known(rendered: Path, stack: Stack, gateway: Site, engine: Engine) -> Issuance | None:
    """What the acme container or Caddy's log tells; None for nothing, or only of what was asked for before."""
    found = issuance.find(rendered, stack, gateway, lambda: proxy_log(engine, stack.project))
    if found is None or not found.answers(stack, gateway):
        return None
    return None if stack.certbot and found.failed and _before_the_plan(found, rendered) else found


def proxy_log(engine: Engine, project: str) -> str:
    """Empty where it cannot be read: the certificate itself tells enough."""
    try:
        found = [service.container for service in engine.services(project) if service.name == "proxy"]
        return engine.logs(found[0], tail=LOG_LINES) if found else ""
    except EngineError:
        return ""


def _before_the_plan(found: Issuance, rendered: Path) -> bool:
    """The refusal was for another plan: a file that did not change is not written again.

    Not so when the acme container has taken this one up and still stands by it, since a site more or another
    configuration of the proxy makes no other order.
    """
    facts = (rendered / PLAN).stat()
    if issuance.planned(rendered) == facts.st_mtime_ns:
        return False
    written = datetime.fromtimestamp(int(facts.st_mtime), UTC)
    return found.last_attempt is None or found.last_attempt < written
