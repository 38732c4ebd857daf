"""A model lent to the gateway for the length of a check: entered in its configuration, asked, taken back.

Only with the user's word: it adds a provider to openclaw.json, and opens the chat API where it is closed, and undoes
both. `--fake-model` starts a stand-in beside the gateway, so nobody's paid model is asked; `--model-endpoint` names
the user's own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from clawkit.errors import EngineError, NotReady
from clawkit.probe import chat
from clawkit.probe.chat import ChatFacts
from clawkit.verify import standin
from clawkit.verify.checks.trust_pinned import PATH
from clawkit.verify.inside import Inside
from clawkit.verify.scene import Scene
from clawkit.verify.terms import Endpoint
from clawkit.wait import Look, until

PROVIDER = "clawkit-verify"
RELOAD_SECONDS = 60.0
"""The gateway takes up a changed file within 2 s; the first turn of a cold agent takes up to 9 s more."""

KEY = "/run/clawkit/verify-model.key"
"""On the container's tmpfs: a key in openclaw.json would stay in the copies that OpenClaw keeps of it."""

UNKNOWN = 404
"""While the chat API is closed, and while the provider is not known: `Unknown model: …` (gateway 2026.9.6)."""

BROKEN = 500
"""A question that meets the reload itself: PreparedModelCatalogConfigReplacedError (gateway 2026.9.6); or a model that
is out of order, whose word counts after BROKEN_SECONDS."""
BROKEN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Lent:
    """What a request needs to get to the lent model and no other."""

    name: str
    headers: Mapping[str, str]
    own: bool
    """The user's own model, which thinks for as long as it likes."""
    hello: ChatFacts = field(default_factory=ChatFacts)
    """Its answer to a first short request; after a refusal OpenClaw asks a provider no more for a while."""


@contextmanager
def lent(scene: Scene) -> Iterator[Lent]:
    inside, service, endpoint = scene.engine_view(), scene.ours.service, scene.terms.endpoint
    loan = _of(endpoint) if endpoint else Lent(standin.NAME, _to(standin.MODEL), own=False)
    before = ""
    try:
        provider = _own(inside, service, endpoint) if endpoint else standin.start(inside, scene.ours)
        before = _enter(inside, service, provider)
        yield replace(loan, hello=_settle(scene, loan, known=True))
    finally:
        if before:
            _leave(inside, service, before)
            with suppress(NotReady):  # what the check saw counts; the gateway takes up the file in its own time
                _settle(scene, loan, known=False)
        _forget_key(inside, service) if endpoint else standin.stop(inside, scene.ours)


def _of(endpoint: Endpoint) -> Lent:
    return Lent(f"{endpoint.model} at {endpoint.host}", _to(endpoint.model), own=True)


def _to(model: str) -> Mapping[str, str]:
    """Sends one request to this provider and leaves the agents' own model alone (docs gateway/openai-http-api.md)."""
    return {"x-openclaw-model": f"{PROVIDER}/{model}"}


def _own(inside: Inside, service: str, endpoint: Endpoint) -> dict[str, Any]:
    key: object = "none-needed"
    if endpoint.key.reveal():
        inside.engine.hand(inside.services()[service].container, KEY, endpoint.key)
        key = {"source": "file", "provider": PROVIDER, "id": "value"}
    return {"baseUrl": endpoint.url, "api": "openai-completions", "apiKey": key, "timeoutSeconds": 300,
            "models": [{"id": endpoint.model, "name": endpoint.model}]}  # fmt: skip


def _forget_key(inside: Inside, service: str) -> None:
    with suppress(EngineError):  # gone with its container
        inside.engine.exec(inside.services()[service].container, ("rm", "-f", KEY))


def _enter(inside: Inside, service: str, provider: Mapping[str, Any]) -> str:
    """What the switch of the chat API was before, as JSON."""
    secret = json.dumps({"source": "file", "path": KEY, "mode": "singleValue"})
    keyed = f"c.secrets??={{}};c.secrets.providers??={{}};c.secrets.providers['{PROVIDER}']={secret};"
    said = _edit(inside, service, f"c.models??={{}};c.models.providers??={{}};"
                 f"c.models.providers['{PROVIDER}']={json.dumps(provider)};"
                 f"{keyed if isinstance(provider['apiKey'], dict) else ''}"
                 "c.gateway.http??={};c.gateway.http.endpoints??={};const e=c.gateway.http.endpoints;"
                 "e.chatCompletions??={};const before=e.chatCompletions.enabled===true;"
                 "e.chatCompletions.enabled=true;console.log(before)")  # fmt: skip
    return said.strip()


def _leave(inside: Inside, service: str, before: str) -> None:
    _edit(inside, service, f"delete c.models?.providers?.['{PROVIDER}'];delete c.secrets?.providers?.['{PROVIDER}'];"
          "if(c.models&&!Object.keys(c.models.providers??{}).length)delete c.models.providers;"
          "if(c.models&&!Object.keys(c.models).length)delete c.models;"
          f"c.gateway.http.endpoints.chatCompletions.enabled={json.dumps(before == 'true')}")  # fmt: skip


def _edit(inside: Inside, service: str, change: str) -> str:
    """Changes openclaw.json with the JSON5 parser and the atomic rename that OpenClaw itself would use."""
    program = (f"const f=require('fs'),p='{PATH}',j=require('/app/node_modules/json5');const c=j.parse(f.readFileSync"
               f"(p,'utf8'));{change};f.writeFileSync(p+'.clawkit',JSON.stringify(c,null,2)+'\\n',{{mode:0o600}});"
               "f.renameSync(p+'.clawkit',p)")  # fmt: skip
    return inside.engine.exec(inside.services()[service].container, ("node", "-e", program))


def _settle(scene: Scene, loan: Lent, *, known: bool) -> ChatFacts:
    """The gateway reloads by itself when the file changes; whether it has, only a request to the provider tells."""

    seen = ChatFacts()
    start = time.monotonic()

    def settled(facts: ChatFacts) -> bool:
        early = time.monotonic() - start < BROKEN_SECONDS
        return (facts.status not in (0, UNKNOWN)) is known and not (facts.status == BROKEN and early)

    def look() -> Look:
        nonlocal seen
        seen = facts = chat.ask(scene.target, scene.trust, scene.token, "hello", stream=False, limit=RELOAD_SECONDS,
                         headers=loan.headers)  # fmt: skip
        told = str(facts.failure) if facts.failure else f"{facts.status} {facts.text[:80]}"
        return Look(ready=settled(facts), doing=f"the chat API answers {told}",
                    fix=f"clawkit logs {scene.ours.service}")  # fmt: skip

    until(look, seconds=RELOAD_SECONDS, what="the lent model", tell=lambda _text: None)
    return seen
