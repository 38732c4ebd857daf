"""Faults of the kit's own stacks, with the doctor looking at what runs."""

from __future__ import annotations

from faults import engine
from faults.fault import Fault, Heal
from faults.kit import FILES
from faults.looks import PAGE, SOCKET

GONE = "^50[234]|no answer|refused|closed"


def nginx(old: str, new: str) -> dict[str, dict[str, str]]:
    return {FILES["nginx"]: {old: new}}


def caddy(old: str, new: str) -> dict[str, dict[str, str]]:
    return {FILES["caddy"]: {old: new}}


BOTH = (
    Fault(
        "gateway-not-running",
        "docker stop",
        PAGE,
        GONE,
        act=engine.stop_gateway,
        undo=engine.start_gateway,
        heal=Heal.FIX,
    ),
    Fault("gateway-not-running", "docker pause", PAGE, GONE, act=engine.pause_gateway, undo=engine.unpause_gateway),
    Fault(
        "proxy-not-running",
        "docker stop of the proxy",
        PAGE,
        "refused",
        act=engine.stop_proxy,
        undo=engine.start_proxy,
        heal=Heal.FIX,
    ),
)
NGINX = (
    *BOTH,
    Fault("upstream-wrong-port", "another upstream port", PAGE, GONE, nginx(":18789", ":18080"), heal=Heal.FIX),
    Fault(
        "no-xff-sent",
        "an empty X-Forwarded-For",
        PAGE,
        "^403 proxy_attribution",
        nginx("X-Forwarded-For   $remote_addr", 'X-Forwarded-For   ""'),
        heal=Heal.FIX,
    ),
)
CADDY = (
    *BOTH,
    Fault("upstream-wrong-port", "another upstream port", PAGE, GONE, caddy(":18789", ":18080"), heal=Heal.FIX),
    Fault(
        "ws-upgrade-headers-missing",
        "the Upgrade header is taken away",
        SOCKET,
        "^(200|403)",
        caddy("request_header @websocket Upgrade websocket", "request_header @websocket -Upgrade"),
        heal=Heal.FIX,
    ),
)
