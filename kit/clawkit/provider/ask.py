"""Asking the provider, from this host before anything runs, and from the gateway's container, where it counts."""

from __future__ import annotations

import http.client
import json
import socket
import urllib.error
import urllib.request
from typing import Any

from clawkit.engine.ports import Engine
from clawkit.errors import EngineError
from clawkit.model_entry import KEY
from clawkit.provider.question import HOLE, Answer, Question, State, judged
from clawkit.render import templates_root
from clawkit.settings.secret import Secret

SECONDS = 20
LONGEST = 65536


def from_here(asked: Question, key: Secret) -> Answer:
    headers = {name: value.replace(HOLE, key.reveal()) for name, value in asked.headers.items()}
    request = urllib.request.Request(asked.url, asked.body.encode() or None, headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return _judged(
                asked, key, {"status": answer.status, "text": answer.read(LONGEST).decode("utf-8", "replace")}
            )
    except urllib.error.HTTPError as error:
        return _judged(asked, key, {"status": error.code, "text": error.read(LONGEST).decode("utf-8", "replace")})
    except (OSError, http.client.HTTPException) as error:
        return judged(asked, {"failure": _reason(error)})


def _judged(asked: Question, key: Secret, told: dict[str, Any]) -> Answer:
    """A server that repeats the key in its refusal does not make us do so."""
    return judged(asked, {**told, "text": str(told["text"]).replace(key.reveal(), "***")})


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", error)
    if isinstance(inner, socket.gaierror):
        return "its name is not known"
    if isinstance(inner, TimeoutError):
        return f"no answer within {SECONDS} s"
    return (getattr(inner, "strerror", None) or str(inner)).lower()


def from_gateway(engine: Engine, container: str, asked: Question) -> Answer:
    """By the way that OpenClaw will take; the key is read in the container and leaves it only to the provider."""
    program = (templates_root() / "compose/gateway/model.mjs").read_text()
    try:
        said = engine.exec(container, ("node", "--input-type=module", "-e", program, asked.argument, KEY))
        return judged(asked, json.loads(said))
    except (EngineError, ValueError) as error:
        return Answer(State.UNCHECKED, f"it could not be asked: {error}")
