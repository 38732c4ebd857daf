"""What an outside judge says of each proxy with the rendered file: nothing worse than the private CA."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from typing import Self

import pytest

import judges

from .conftest import Site
from .namespace import Namespace


def test_sslyze_finds_mozillas_intermediate_profile_kept(site: Site) -> None:
    assert judged(site.sandbox.namespace, "claw.test", 443) == {}


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_the_judge_does_see_what_is_wrong(site: Site) -> None:
    """An old server beside the proxy, so that the silence above means something."""
    namespace = site.sandbox.namespace
    pair = site.sandbox.log.parent / "tls/site/main/live"
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.load_cert_chain(pair / "fullchain.pem", pair / "privkey.pem")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2
    old.set_ciphers("ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
    with namespace.listen("127.0.0.1", 9443) as listener, Serving(listener, old):
        found = judged(namespace, "claw.test", 9443)
    assert {"tls_versions", "ciphers"} <= set(found)


def judged(namespace: Namespace, name: str, port: int) -> dict[str, str]:
    inside = ("nsenter", f"--net=/proc/{namespace.holder.pid}/ns/net", "--")
    return judges.sslyze(f"{name}:{port}{{127.0.0.1}}", inside)


class Serving:
    """Shakes hands with whoever comes, until the `with` ends."""

    def __init__(self, listener: socket.socket, context: ssl.SSLContext) -> None:
        self._listener, self._context = listener, context
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        with suppress(OSError):  # how the closed listener ends this
            while True:
                sock, _ = self._listener.accept()
                threading.Thread(target=self._shake, args=(sock,), daemon=True).start()

    def _shake(self, sock: socket.socket) -> None:
        with suppress(OSError), sock:
            sock.settimeout(5)
            with self._context.wrap_socket(sock, server_side=True) as secure:
                secure.recv(1024)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
