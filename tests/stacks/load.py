"""Mixed traffic on a running stack, counted: pages, small and large posts, streams, and WebSockets with a call.

Every client asks, waits for the whole answer, and asks again; nothing is ever retried here. A post that the gateway was
killed over and that came back as an honest 502 is counted apart as cut: the proxy must not send it again.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from clawkit.probe import websocket
from clawkit.probe.failure import failure_of
from clawkit.probe.target import Target, Trust, connect
from clawkit.settings.secret import Secret

LIMIT_SECONDS = 180.0
"""Longer than a proxy holds a request in these tests."""

PAUSE_SECONDS = 0.02
LARGE = 1024 * 1024
"""Far above nginx's client_body_buffer_size (16 KB), so the body waits on disk; below the gateway's 2 MB for a tool."""

MARGIN = "x" * LARGE


@dataclass(frozen=True, slots=True)
class Site:
    """What the clients need to know of a stack."""

    target: Target
    ca: Path
    token: Secret

    @property
    def trust(self) -> Trust:
        return Trust(self.ca)


@dataclass(frozen=True, slots=True)
class Outcome:
    kind: str
    seconds: float
    fault: str = ""
    """Why it counts as failed; empty when it was answered as it should be."""
    cut: bool = False
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Tally:
    outcomes: tuple[Outcome, ...]

    @property
    def requests(self) -> int:
        return len(self.outcomes)

    @property
    def cut(self) -> int:
        return sum(one.cut for one in self.outcomes)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        return tuple(one for one in self.outcomes if one.fault and not one.cut)

    @property
    def longest(self) -> float:
        return max((one.seconds for one in self.outcomes), default=0.0)

    @property
    def held(self) -> int:
        """Those that waited longer than a healthy gateway on a busy machine takes."""
        return sum(one.seconds > 2 for one in self.outcomes)

    def __str__(self) -> str:
        kinds = Counter(one.kind for one in self.outcomes)
        faults = Counter(f"{one.kind}: {one.fault}" for one in self.failed)
        told = "".join(f"\n  {count} x {fault}" for fault, count in faults.most_common())
        return (f"{self.requests} requests ({', '.join(f'{n} {kind}' for kind, n in sorted(kinds.items()))}), "
                f"{len(self.failed)} failed, {self.cut} cut, longest wait {self.longest:.1f} s{told}")  # fmt: skip


class Load:
    """Clients of every kind, from entering to leaving the `with`; then `tally` tells."""

    def __init__(self, site: Site, kinds: tuple[str, ...] = ()) -> None:
        self._asks = {kind: KINDS[kind] for kind in kinds or tuple(KINDS)}
        self._site = site
        self._stop = threading.Event()
        self._found: list[Outcome] = []
        self._threads: list[threading.Thread] = []
        self._began = time.monotonic()
        self._over = threading.Event()

    def event_is_over(self) -> None:
        """From now on the gateway is away, starting or back: what begins now must be held, and may not be cut."""
        self._over.set()

    @property
    def tally(self) -> Tally:
        return Tally(tuple(self._found))

    def __enter__(self) -> Self:
        self._threads = [threading.Thread(target=self._run, args=(kind,), daemon=True) for kind in self._asks]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self._stop.set()
        for thread in self._threads:
            thread.join(LIMIT_SECONDS + 10)
            assert not thread.is_alive(), "a client of the load hangs beyond its own limit"

    def _run(self, kind: str) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            start, late = time.monotonic(), self._over.is_set()
            fault, cut = self._asks[kind](self._site)
            now, cut = time.monotonic(), cut and not (late and fault == UNMARKED)
            self._found.append(Outcome(kind, now - start, fault, cut, round(start - self._began, 2)))


ENDED = (1001, 1006, 1012, 1013)
"""1001: by a reload of Caddy before 2.7, which cannot leave open sockets alone."""
"""How an open socket ends with its gateway: killed, stopping, or starting (docs gateway/protocol)."""

UNMARKED = "the stream ended without its [DONE]"
"""How Caddy before 2.8 tells an answer that was cut (caddyserver/caddy#5952): its end looks like the right one, and
only the missing mark of the protocol shows that it is not."""

Answered = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Reply:
    status: int = 0
    body: bytes = b""
    fault: str = ""


def ask(site: Site, method: str, path: str, *, body: str = "", headers: Mapping[str, str] | None = None,
        until: bytes = b"") -> Reply:  # fmt: skip
    """One request on a connection of its own. `until`: the stream is left once it said this."""
    try:
        sock = connect(site.target, site.trust, LIMIT_SECONDS)
    except OSError as error:
        return Reply(fault=f"no connection ({failure_of(error)})")
    try:
        sock.settimeout(LIMIT_SECONDS)
        connection = http.client.HTTPConnection(site.target.name)
        connection.sock = sock
        connection.request(method, path, body.encode() or None, {"Host": site.target.host_header, **(headers or {})})
        return _read(connection.getresponse(), until)
    except (OSError, http.client.HTTPException) as error:
        return Reply(fault=f"no answer ({failure_of(error)})")
    finally:
        sock.close()


def _read(response: http.client.HTTPResponse, until: bytes) -> Reply:
    found = b""
    try:
        while part := response.read1(65536):
            found += part
            if until and until in found:
                break
    except (OSError, http.client.HTTPException) as error:
        return Reply(response.status, found, f"answer cut after {len(found)} bytes ({failure_of(error)})")
    return Reply(response.status, found)


def judged(reply: Reply, wanted: bool, *, once: bool = False) -> Answered:
    """`once`: must not be sent twice, so what it may cost is a 502 without a word of the gateway, or half an answer."""
    if reply.fault:
        return reply.fault, once and reply.status == 200
    if wanted:
        return "", False
    cut = once and reply.status == 502 and b"api_error" not in reply.body
    return f"{reply.status} {reply.body[:120].decode('utf-8', 'replace').strip()}", cut


def bearer(site: Site) -> dict[str, str]:
    return {"Authorization": f"Bearer {site.token.reveal()}", "Content-Type": "application/json"}


def page(site: Site) -> Answered:
    reply = ask(site, "GET", "/")
    return judged(reply, reply.status == 200 and b"openclaw" in reply.body)


def alive(site: Site) -> Answered:
    reply = ask(site, "GET", "/healthz")
    return judged(reply, reply.status == 200 and b'"ok":true' in reply.body)


def post(site: Site, padding: str = "") -> Answered:
    """A real tool call; the padding is an argument that the tool does not know."""
    body = json.dumps({"tool": "sessions_list", "args": {}, "padding": padding})
    reply = ask(site, "POST", "/tools/invoke", body=body, headers=bearer(site))
    return judged(reply, reply.status == 200 and b'"ok":true' in reply.body, once=True)


def large_post(site: Site) -> Answered:
    return post(site, MARGIN)


def stream(site: Site) -> Answered:
    """The start of a stream: the role chunk, which the gateway sends before the model has spoken."""
    body = json.dumps({"model": "openclaw/default", "stream": True, "messages": [{"role": "user", "content": "hi"}]})
    reply = ask(site, "POST", "/v1/chat/completions", body=body, headers=bearer(site), until=b'"role":"assistant"')
    if reply.status == 200 and not reply.fault and not reply.body:
        return UNMARKED, True
    return judged(reply, reply.status == 200 and b'"role":"assistant"' in reply.body, once=True)


def call(site: Site) -> Answered:
    """Handshake, sign-in and an RPC. A socket that a stopping gateway closes with 1012 is the client's to open again,
    and so is one that a starting gateway closes with 1013: both are its own words, said through an open socket."""
    facts = websocket.converse(site.target, trust=site.trust, token=site.token, calls=("health",), limit=LIMIT_SECONDS)
    if facts.replies and facts.replies[0].payload is not None:
        return "", False
    status = facts.upgrade.status if facts.upgrade else 0
    if status != 101:
        return f"upgrade answered {status or facts.failure}", False
    refused = facts.refusal or (facts.replies[0].refusal if facts.replies else None)
    ended = facts.close is not None and facts.close.code in ENDED
    return f"socket said {refused}, {facts.close}, {facts.failure}", ended or refused is not None


KINDS: dict[str, Callable[[Site], Answered]] = {
    "page": page, "healthz": alive, "post": post, "large post": large_post, "stream": stream, "websocket": call,
}  # fmt: skip
