"""How bad a fault in the gateway's own configuration is: it bites at the start, one that serves is only warned of."""

from __future__ import annotations

from clawkit.doctor.finding import Severity
from clawkit.doctor.lastwords import STARTED, last_words
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.programs import gateways

ENDED = (
    r"start(?:up)? (?:was )?blocked|failed to start|missing gateway\.mode|missing config|invalid config|"
    r"unrecognized key|refusing to bind|\bexit(?:ed|s|ing)?\b|main process|received SIG(?:TERM|INT|KILL)|"
    r"shutting down|EADDRINUSE|another gateway|fatal|EACCES|out of memory"
)
SPEAKS = r"\[ws\] .*(?:closed before connect|unauthorized|connected)|error=proxy_attribution_required"
SWITCHED, POLICY = 101, 1008
SNIPPETS = (".md", ".txt")
"""Where people paste parts of a file."""


def serves(setup: Setup, gateway: Gateway | None = None) -> bool:
    """The engine or an answer shows that it is up now; of several, the one whose configuration it is."""
    own = gateways(setup)
    mine = tuple(one for one in own if gateway is not None and one.service and one.service == gateway.service)
    if mine and len(own) > 1:
        return any(one.running and one.health == "healthy" for one in mine)
    if any(container.running and container.health == "healthy" and not container.restarts for container in own):
        return True
    if not own and len(setup.gateways) < 2 and (_started(setup) or any(map(_its_own, setup.exchanges))):
        return True
    return any(exchange.status == 200 and '"ok":true' in exchange.body.replace(" ", "") for exchange in setup.exchanges)


def _started(setup: Setup) -> bool:
    """By its own log alone: it came up, and nothing after that says that it went down."""
    up = list(setup.said(f"{STARTED[Speaker.GATEWAY]}|{SPEAKS}", Speaker.GATEWAY))
    return bool(up) and last_words(setup, ENDED, Speaker.GATEWAY) is None


def _its_own(exchange: Exchange) -> bool:
    """An answer that no proxy gives in its place."""
    refused = exchange.status in (401, 403) and exchange.error_type in ("proxy_attribution_required", "unauthorized")
    return refused or (exchange.upgrade and exchange.status == SWITCHED) or exchange.close_code == POLICY


def bites(setup: Setup, gateway: Gateway | None = None) -> Severity:
    return Severity.WARNING if serves(setup, gateway) else Severity.ERROR


def whole(gateway: Gateway) -> bool:
    """The file was given as a file: what is not in it is set nowhere else."""
    return gateway.has_config and not gateway.at.source.endswith(SNIPPETS)


def next_start(setup: Setup, gateway: Gateway | None = None) -> str:
    return ", which stops it at its next start" if serves(setup, gateway) else ", so it stops at its start (exit 78)"
