"""A stand-in for a paid AI model, for `clawkit verify --deep --fake-model` and for tests: it speaks OpenAI's streaming
chat API, thinks for as long as the user's message says (`think=75`) and speaks as slowly as it says (`gap=1.5`).

Run by clawkit in a container of the gateway's own image, on the gateway's own network, and removed afterwards.
"""

from __future__ import annotations

import json
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CHUNKS = 3
GAP_SECONDS = 0.2


def seconds(messages: list[dict[str, Any]], word: str, default: float) -> float:
    """OpenClaw appends user messages of its own behind the real one, so all of them are read."""
    texts = []
    for message in messages:
        content = message.get("content")
        if message.get("role") == "user":
            texts.append(content if isinstance(content, str) else " ".join(p.get("text", "") for p in content or []))
    found = re.findall(rf"\b{word}=([0-9.]+)", "\n".join(texts))
    return float(found[-1]) if found else default


class Model(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: object) -> None:
        pass  # the request line may be of interest to nobody

    def do_GET(self) -> None:
        self.answer({"object": "list", "data": [{"id": "echo", "object": "model"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        messages = body.get("messages") or []
        time.sleep(seconds(messages, "think", 0.0))
        if body.get("stream"):
            self.stream(seconds(messages, "gap", GAP_SECONDS))
        else:
            self.answer(completion("message", "part1 part2 part3"))

    def answer(self, document: dict[str, Any]) -> None:
        data = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, gap: float) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for number in range(1, CHUNKS + 1):
            self.event(completion("delta", f"part{number} "))
            time.sleep(gap)
        self.event(completion("delta", None, finish="stop"))
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def event(self, document: dict[str, Any]) -> None:
        self.wfile.write(b"data: " + json.dumps(document).encode() + b"\n\n")
        self.wfile.flush()


def completion(kind: str, text: str | None, finish: str | None = None) -> dict[str, Any]:
    part = {"role": "assistant", "content": text} if text is not None else {}
    choice = {"index": 0, kind: part, "finish_reason": finish if kind == "delta" else "stop"}
    usage = {"prompt_tokens": 10, "completion_tokens": CHUNKS, "total_tokens": 10 + CHUNKS}
    made = {"id": "chatcmpl-clawkit", "created": int(time.time()), "model": "echo", "choices": [choice]}
    return {**made, "object": "chat.completion.chunk" if kind == "delta" else "chat.completion", "usage": usage}


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Model).serve_forever()
