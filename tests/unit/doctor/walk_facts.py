"""What a healthy walk sees, for tests that spoil one thing of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from live_view import container

from clawkit.doctor.walk.beyond import Beyond, Inside
from clawkit.doctor.walk.through import Through
from clawkit.doctor.walk.way import Way
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.probe.protocol import Close, Refusal, WebSocketFacts
from clawkit.probe.target import Trust

PROXY = container("edge", Config={"Image": "nginx:1.27"})
GATEWAY = container("claw")
WAY = Way(name="claw.example.net", port=443, tls=True, addresses=("127.0.0.1",), origin="https://claw.example.net",
          trust=Trust(), proxy=PROXY, gateway=GATEWAY, upstream="http://openclaw:18789", entry_port=80)  # fmt: skip

PAGE = HttpFacts("/", status=200, headers=(("content-type", "text/html"),), body=b"<openclaw-app></openclaw-app>",
                 first_byte_ms=5)  # fmt: skip
TIMED_OUT = Failure(Trouble.TIMEOUT, "no answer in time")
REFUSED = Failure(Trouble.REFUSED, "connection refused")


def document(path: str, code: int = 200, /, **fields: Any) -> HttpFacts:
    return HttpFacts(path, status=code, headers=(("content-type", "application/json"),),
                     body=json.dumps(fields).encode(), first_byte_ms=4)  # fmt: skip


def html(path: str, status: int, text: str = "", **headers: str) -> HttpFacts:
    found = (("content-type", "text/html"), *headers.items())
    return HttpFacts(path, status=status, headers=found, body=text.encode())


LIVE = document("/healthz", ok=True, status="live")
STARTED = document("/startupz", ok=True, status="started")
READY = document("/readyz", ready=True)
TALK = WebSocketFacts(upgrade=HttpFacts("/", status=101), nonce="n", upgrade_ms=6,
                      refusal=Refusal("DEVICE_IDENTITY_REQUIRED", "device identity required"),
                      close=Close(1008, "device identity required"))  # fmt: skip
THROUGH = Through(pages={"/": PAGE, "/healthz": LIVE, "/startupz": STARTED, "/readyz": READY}, talk=TALK,
                  entry=html("/", 301, location="https://claw.example.net/"))  # fmt: skip
INSIDE = Inside("http://openclaw:18789/healthz", "edge", 200, "", '{"ok":true,"status":"live"}')
BEYOND = Beyond(LIVE, INSIDE)

BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><center>nginx/1.27</center></html>"


def everywhere(answer: HttpFacts, talk: WebSocketFacts | None = None) -> Through:
    """Every path is answered alike, as by a proxy that has nobody behind it."""
    pages = {path: replace(answer, path=path) for path in THROUGH.pages}
    return replace(THROUGH, pages=pages, talk=talk or WebSocketFacts(upgrade=answer))


def page(path: str, answer: HttpFacts) -> Through:
    return replace(THROUGH, pages={**THROUGH.pages, path: answer})


def silent(failure: Failure = TIMED_OUT) -> Beyond:
    return Beyond(HttpFacts("/healthz", failure=failure), Inside(INSIDE.url, "edge", None, "timeout", ""))
