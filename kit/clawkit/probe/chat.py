"""One chat request over the OpenAI-compatible API, streamed or not, with the time of each part."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from clawkit.probe.failure import Failure, failure_of
from clawkit.probe.target import Target, Trust, connect
from clawkit.settings.secret import Secret

DONE = "[DONE]"


@dataclass(frozen=True, slots=True)
class ChatFacts:
    status: int = 0
    failure: Failure | None = None
    first_byte_ms: float = 0.0
    """The first byte of the body; a streamed answer begins with a role chunk long before the model has spoken."""
    total_ms: float = 0.0
    text: str = ""
    """What the model said, or the body of an error."""
    error: str = ""
    """What went wrong behind a stream that had begun with 200: the gateway says so in an event of its own."""
    finished: bool = False
    """The stream ended with [DONE], or the whole body of the announced length was read."""


def ask(target: Target, trust: Trust, token: Secret, prompt: str, *, stream: bool, limit: float,
        headers: Mapping[str, str] | None = None) -> ChatFacts:  # fmt: skip
    """Sends the token, so the certificate is verified first; errors come back as facts."""
    start = time.monotonic()
    try:
        sock = connect(target, trust, limit)
    except OSError as error:
        return ChatFacts(failure=failure_of(error))
    facts = ChatFacts()
    body = json.dumps({"model": "openclaw/default", "stream": stream,
                       "messages": [{"role": "user", "content": prompt}]})  # fmt: skip
    try:
        sock.settimeout(limit)
        connection = http.client.HTTPConnection(target.name)
        connection.sock = sock
        connection.request("POST", "/v1/chat/completions", body, {
            "Host": target.host_header, "Authorization": f"Bearer {token.reveal()}",
            "Content-Type": "application/json", **(headers or {})})  # fmt: skip
        response = connection.getresponse()
        facts = replace(facts, status=response.status)
        read = _streamed if stream and response.status == 200 else _whole
        facts = read(response, facts, start)
    except (OSError, http.client.HTTPException) as error:
        facts = replace(facts, failure=failure_of(error))
    finally:
        sock.close()
    return replace(facts, total_ms=_since(start))


def _streamed(response: http.client.HTTPResponse, facts: ChatFacts, start: float) -> ChatFacts:
    for raw in response:
        line = raw.decode("utf-8", "replace").strip()
        facts = replace(facts, first_byte_ms=facts.first_byte_ms or _since(start))
        if line == f"data: {DONE}":
            return replace(facts, finished=True)
        if line.startswith("data: "):
            facts = _with(facts, line.removeprefix("data: "))
    return facts


def _with(facts: ChatFacts, data: str) -> ChatFacts:
    try:
        event = json.loads(data)
    except ValueError:
        return facts
    if isinstance(event.get("error"), dict):
        return replace(facts, error=str(event["error"].get("message", "")) or "an error without a word")
    choices = event.get("choices") or [{}]
    return replace(facts, text=facts.text + str(choices[0].get("delta", {}).get("content") or ""))


def _whole(response: http.client.HTTPResponse, facts: ChatFacts, start: float) -> ChatFacts:
    body = response.read().decode("utf-8", "replace")
    facts = replace(facts, first_byte_ms=_since(start), text=body[:2000], finished=True)
    try:
        return replace(facts, text=str(json.loads(body)["choices"][0]["message"]["content"]))
    except (ValueError, KeyError, IndexError, TypeError):
        return facts


def _since(start: float) -> float:
    return round((time.monotonic() - start) * 1000, 1)
