"""Somebody's browser at the gateway's door, without a page: a key of its own, and the handshake of protocol 4.

It says less of itself than OpenClaw's page does, so the gateway asks it to reload after it was let in; what counts
here is whether it was.
"""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from clawkit.testing import OpenClawStack

OWNER = ("operator.admin", "operator.approvals", "operator.pairing", "operator.questions", "operator.read",
         "operator.talk.secrets", "operator.write")  # fmt: skip
"""What the Control UI of 2026.9.6 asks for; a one-time link lets in nobody who asks for less or more."""

CLIENT = {"id": "openclaw-control-ui", "version": "2026.9.6", "platform": "Linux x86_64", "mode": "webchat"}


SECONDS = 60
"""The proxy holds a handshake while the gateway is busy with its own start."""


@dataclass(frozen=True)
class Visitor:
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def device(self) -> str:
        return hashlib.sha256(self.public).hexdigest()

    def knock(self, stack: OpenClawStack, **auth: str) -> str:
        """`token=…` or `bootstrapToken=…`; the code of the gateway's refusal, empty when it says hello."""
        origin = stack.url.rstrip("/")
        trust = ssl.create_default_context(cafile=stack.ca)
        with connect(origin.replace("https", "wss") + "/", ssl=trust, origin=Origin(origin), compression=None,
                     max_size=2**25, open_timeout=SECONDS) as link:  # fmt: skip
            nonce = self._said(link, "event", "connect.challenge")["payload"]
            params = {"minProtocol": 4, "maxProtocol": 4, "client": CLIENT, "role": "operator", "scopes": list(OWNER),
                      "auth": auth, "device": self._signed(nonce, next(iter(auth.values())))}  # fmt: skip
            link.send(json.dumps({"type": "req", "id": "c", "method": "connect", "params": params}))
            answer = self._said(link, "id", "c")
            return "" if answer["ok"] else str(answer["error"]["details"]["code"])

    def _said(self, link: ClientConnection, key: str, value: str) -> dict[str, Any]:
        while True:
            try:
                frame: dict[str, Any] = json.loads(link.recv(timeout=SECONDS))
            except ConnectionClosed as error:
                raise AssertionError(f"closed before an answer: {error}") from error
            if frame.get(key) == value:
                return frame

    def _signed(self, challenge: dict[str, Any], proof: str) -> dict[str, Any]:
        at, nonce = challenge["ts"], challenge["nonce"]
        parts = ("v3", self.device, CLIENT["id"], CLIENT["mode"], "operator", ",".join(OWNER), str(at), proof, nonce,
                 CLIENT["platform"].lower(), "")  # fmt: skip
        signed = "|".join(parts)
        signature = _plain(self.key.sign(signed.encode()))
        return {"id": self.device, "publicKey": _plain(self.public), "signature": signature, "signedAt": at,
                "nonce": nonce}  # fmt: skip


def _plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
