"""One small request that tells whether a provider takes the key: the same from this host and from the gateway."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from clawkit.settings.model import Settings

HOLE = "\0key"
"""Stands for the key in a request that is handed on as an argument."""

BEARER = {"Authorization": f"Bearer {HOLE}"}

LISTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "anthropic": ("https://api.anthropic.com/v1/models", {"x-api-key": HOLE, "anthropic-version": "2023-06-01"}),
    "deepseek": ("https://api.deepseek.com/models", BEARER),
    "google": ("https://generativelanguage.googleapis.com/v1beta/models", {"x-goog-api-key": HOLE}),
    "groq": ("https://api.groq.com/openai/v1/models", BEARER),
    "mistral": ("https://api.mistral.ai/v1/models", BEARER),
    "openai": ("https://api.openai.com/v1/models", BEARER),
    "openrouter": ("https://openrouter.ai/api/v1/key", BEARER),
    "xai": ("https://api.x.ai/v1/models", BEARER),
}
"""Where each lists its models, or the key's limits: an answer that needs the key and costs nothing."""


@dataclass(frozen=True, slots=True)
class Question:
    url: str
    headers: Mapping[str, str]
    body: str = ""
    """Empty: a GET."""

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def argument(self) -> str:
        return json.dumps({"url": self.url, "headers": dict(self.headers), "body": self.body})


class State(StrEnum):
    ANSWERS = "answers"
    REFUSED = "refused"
    """The key."""
    FAILED = "failed"
    """An answer, and no use."""
    UNREACHABLE = "unreachable"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Answer:
    state: State
    told: str
    """A clause that follows the model's name."""


def question(settings: Settings) -> Question | None:
    """A server of one's own is asked for one word, as its list of models may need no key; None: nobody to ask."""
    if settings.model_url:
        asked = {"model": settings.model, "messages": [{"role": "user", "content": "Say ok."}], "max_tokens": 8}
        headers = {"Content-Type": "application/json", **BEARER}
        return Question(f"{settings.model_url.rstrip('/')}/chat/completions", headers, json.dumps(asked))
    known = LISTS.get(settings.model.partition("/")[0])
    return Question(*known) if known and settings.model_key_file else None


def judged(asked: Question, told: Mapping[str, Any]) -> Answer:
    """`told`: status and text of the answer, or `failure`, why there was none."""
    if failure := told.get("failure"):
        return Answer(State.UNREACHABLE, f"{asked.host} cannot be reached: {failure}")
    status, words = int(told["status"]), _words(str(told.get("text") or ""))
    if status == 200:
        return Answer(State.ANSWERS, f"{asked.host} answers")
    if status in (401, 403):
        return Answer(State.REFUSED, f"{asked.host} refuses the key ({status}{words})")
    return Answer(State.FAILED, f"{asked.host} answers {status}{words}")


def _words(text: str) -> str:
    """The provider's own words, where it has some that are short."""
    try:
        error = json.loads(text).get("error")
    except (ValueError, AttributeError):
        return ""
    message = error.get("message") if isinstance(error, dict) else error
    return f": {message[:120]}" if isinstance(message, str) and message else ""
