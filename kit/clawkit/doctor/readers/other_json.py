"""Documents of other programs that share keys with openclaw.json."""

from __future__ import annotations

import json


def of_another(text: str) -> bool:
    """A whole JSON document of some other program that has a key like "hooks" or "env" too, or only further below."""
    try:
        found = json.loads(text)
    except ValueError:
        return False  # JSON5, a part of a file, or a broken one
    keys = set(found) if isinstance(found, dict) else set()
    if "nodeId" in keys or isinstance(_in(found, "gateway", "tls"), bool):
        return True  # a node host's node.json: where its gateway is, not how it is set
    if {"id", "configSchema"} <= keys or any(map(_of_approvals, _below(found, "agents"))):
        return True  # a plugin's manifest; what commands the agents may run (exec-approvals.json)
    if {"runtimeVersion", "channelSummary"} <= keys or {"linkChannel", "queuedSystemEvents"} <= keys:
        return True  # what openclaw status --json printed
    return not keys & OWN_KEYS and len(keys & SHARED_KEYS) < 2


def _in(document: object, *keys: str) -> object:
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _below(document: object, key: str) -> list[object]:
    found = _in(document, key)
    return list(found.values()) if isinstance(found, dict) else []


def _of_approvals(agent: object) -> bool:
    return isinstance(agent, dict) and "allowlist" in agent and {"ask", "security"} & set(agent) != set()


OWN_KEYS = frozenset(("gateway", "agents", "controlUi", "channels", "trustedProxies", "bind", "wizard", "$include"))
SHARED_KEYS = frozenset(("models", "auth", "meta", "browser", "plugins", "session", "messages", "env", "tools"))
"""At the top of openclaw.json, and of others' files as well."""
