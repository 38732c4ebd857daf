"""The stand-in for a paid model: a small server in a container of the gateway's own image, on its own network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clawkit.stack import Gateway
from clawkit.subnet import host
from clawkit.verify.inside import Inside

NAME = "a stand-in model"
MODEL = "echo"
PORT = 18999
SCRIPT = Path("verify/fake_model.py")
"""In the rendered folder."""


def start(inside: Inside, gateway: Gateway) -> dict[str, Any]:
    """Its entry in openclaw.json."""
    stop(inside, gateway)
    address = host(gateway.subnet, 4)
    inside.engine.lend(
        inside.services()[gateway.service].image, container(inside, gateway),
        network=f"{inside.project}_{gateway.network}", address=address,
        mount=(inside.folder / SCRIPT, "/fake_model.py"), command=("python3", "/fake_model.py", str(PORT)),
    )  # fmt: skip
    return {"baseUrl": f"http://{address}:{PORT}/v1", "api": "openai-completions", "apiKey": "none-needed",
            "timeoutSeconds": 300, "models": [{"id": MODEL, "name": "clawkit's stand-in", "contextWindow": 128000,
                                               "maxTokens": 4096}]}  # fmt: skip


def stop(inside: Inside, gateway: Gateway) -> None:
    inside.engine.discard(container(inside, gateway))


def container(inside: Inside, gateway: Gateway) -> str:
    return f"{inside.project}-{gateway.service}-fake-model"
