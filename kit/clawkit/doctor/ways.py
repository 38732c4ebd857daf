"""Paths below a site's root: which of them are worth a route of their own without the page being meant."""

from __future__ import annotations

import re

NOT_THE_UI = (
    *("/v1", "/api", "/hooks", "/tools", "/share", "/healthz", "/health", "/readyz", "/startupz", "/webhook"),
    *("/.well-known", "/__openclaw__", "/assets"),
)
"""Paths that are worth a route of their own without the page being meant."""
CALLED_BACK = re.compile(r"/[\w-]*(?:webhooks?|hooks?|callbacks?)(?:/|$)")
"""A channel's path below its own name: /line/webhook."""
SOCKET_ONLY = ("/ws", "/socket", "/wss", "/websocket")
"""Where guides for other applications put the WebSocket."""


def is_beside(place: str) -> bool:
    """For a socket, the API or what others call back: no way to a page."""
    return place.startswith((*NOT_THE_UI, *SOCKET_ONLY)) or CALLED_BACK.search(place) is not None


def is_ui_path(place: str) -> bool:
    """A path below the root at which the UI itself may be meant."""
    return bool(place) and not is_beside(place)
