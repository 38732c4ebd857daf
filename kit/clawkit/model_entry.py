"""The model of the settings as openclaw.json names it; the key is a reference to a file, never a value."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from clawkit.settings.model import Settings

KEYRING = "clawkit-model"
"""Name of the secret provider; seed.mjs knows by it which entries were clawkit's."""

KEY = "/run/clawkit/model.key"
"""On the container's tmpfs, where start.sh puts the mounted secret with the mode that OpenClaw asks for."""

CUSTOM = "custom"
"""Provider id of an endpoint that is given by its URL."""

TIMEOUT_SECONDS = 320
"""Below the proxies' 330 s, so that OpenClaw and not the proxy says that a model was silent."""


def named(settings: Settings) -> str:
    """The model as OpenClaw names it, PROVIDER/NAME; empty when the settings name none."""
    if settings.model_url:
        return f"{CUSTOM}/{settings.model}"
    return settings.model


def keyed(settings: Settings) -> bool:
    """True when a secret is mounted; a server of one's own may want no key, and OpenClaw wants one all the same."""
    return bool(settings.model_key_file or settings.model_url)


def shown(settings: Settings) -> str:
    """The model in words, with the host of a server of one's own."""
    return f"{settings.model} at {urlsplit(settings.model_url).netloc}" if settings.model_url else settings.model


def entries(settings: Settings) -> dict[str, Any]:
    """The parts of openclaw.json that name the model, in the shape in which they are merged; empty without one."""
    if not settings.model:
        return {}
    made: dict[str, Any] = {"agents": {"defaults": {"model": {"primary": named(settings)}}}}
    if keyed(settings):
        provider = named(settings).partition("/")[0]
        made["models"] = {"providers": {provider: _provider(settings)}}
        made["secrets"] = {"providers": {KEYRING: {"source": "file", "path": KEY, "mode": "singleValue"}}}
    return made


def _provider(settings: Settings) -> dict[str, Any]:
    made: dict[str, Any] = {"apiKey": {"source": "file", "provider": KEYRING, "id": "value"}}
    if settings.model_url:
        made |= {"baseUrl": settings.model_url, "api": "openai-completions", "timeoutSeconds": TIMEOUT_SECONDS,
                 "models": [{"id": settings.model, "name": settings.model}]}  # fmt: skip
    return made
