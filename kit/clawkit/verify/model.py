"""A model lent to the gateway for the length of a check: started beside it, entered in its configuration, taken back.

Only with the user's word (`--fake-model`): it adds a provider to openclaw.json, and opens the chat API where it is
closed, and undoes both. Nobody's paid model is asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clawkit.probe import http
from clawkit.stack import Gateway, host
from clawkit.verify.checks.trust_pinned import PATH
from clawkit.verify.inside import Inside
from clawkit.verify.scene import Scene
from clawkit.wait import Look, until

PROVIDER = "clawkit-verify"
PORT = 18999
HEADERS = {"x-openclaw-model": f"{PROVIDER}/echo"}
"""Sends one request to this provider and leaves the agents' own model alone (docs gateway/openai-http-api.md)."""

RELOAD_SECONDS = 20.0
SCRIPT = Path("verify/fake_model.py")
"""In the rendered folder."""


@dataclass(frozen=True, slots=True)
class Loan:
    inside: Inside
    gateway: Gateway

    @property
    def container(self) -> str:
        return f"{self.inside.project}-{self.gateway.service}-fake-model"

    @property
    def address(self) -> str:
        return host(self.gateway.subnet, 4)


@contextmanager
def lent(scene: Scene) -> Iterator[None]:
    loan = Loan(scene.engine_view(), scene.gateway)
    try:
        _start(loan)
        _enter(loan)
        _wait_until_known(scene)
        yield
    finally:
        _leave(loan, chat_api=scene.stack.settings.chat_api)
        loan.inside.engine.discard(loan.container)


def _start(loan: Loan) -> None:
    image = loan.inside.services()[loan.gateway.service].image
    loan.inside.engine.discard(loan.container)
    loan.inside.engine.lend(
        image, loan.container, network=f"{loan.inside.project}_{loan.gateway.network}", address=loan.address,
        mount=(loan.inside.folder / SCRIPT, "/fake_model.py"), command=("python3", "/fake_model.py", str(PORT)),
    )  # fmt: skip


def _enter(loan: Loan) -> None:
    provider = {
        "baseUrl": f"http://{loan.address}:{PORT}/v1", "api": "openai-completions", "apiKey": "none-needed",
        "timeoutSeconds": 300,
        "models": [{"id": "echo", "name": "clawkit's stand-in", "contextWindow": 128000, "maxTokens": 4096}],
    }  # fmt: skip
    _edit(loan, f"c.models??={{}};c.models.providers??={{}};c.models.providers['{PROVIDER}']={json.dumps(provider)};"
                "c.gateway.http.endpoints.chatCompletions.enabled=true")  # fmt: skip


def _leave(loan: Loan, *, chat_api: bool) -> None:
    _edit(loan, f"delete c.models?.providers?.['{PROVIDER}'];"
                "if(c.models&&!Object.keys(c.models.providers??{}).length)delete c.models.providers;"
                "if(c.models&&!Object.keys(c.models).length)delete c.models;"
                f"c.gateway.http.endpoints.chatCompletions.enabled={json.dumps(chat_api)}")  # fmt: skip


def _edit(loan: Loan, change: str) -> None:
    """Changes openclaw.json with the JSON5 parser and the atomic rename that OpenClaw itself would use."""
    program = (f"const f=require('fs'),p='{PATH}',j=require('/app/node_modules/json5');const c=j.parse(f.readFileSync"
               f"(p,'utf8'));{change};f.writeFileSync(p+'.clawkit',JSON.stringify(c,null,2)+'\\n',{{mode:0o600}});"
               "f.renameSync(p+'.clawkit',p)")  # fmt: skip
    loan.inside.engine.exec(loan.inside.services()[loan.gateway.service].container, ("node", "-e", program))


def _wait_until_known(scene: Scene) -> None:
    """The gateway reloads by itself when the file changes; until then the chat API is closed (404)."""
    headers = {"Authorization": f"Bearer {scene.token.reveal()}"}

    def look() -> Look:
        status = http.get(scene.target, "/v1/models", trust=scene.trust, headers=headers).status
        return Look(ready=status == 200, doing=f"/v1/models answers {status}",
                    fix=f"clawkit logs {scene.gateway.service}")  # fmt: skip

    until(look, seconds=RELOAD_SECONDS, what="the lent model", tell=lambda _text: None)
