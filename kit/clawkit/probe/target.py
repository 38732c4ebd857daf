"""Where to look: the address that is dialled is chosen apart from the name that is asked for."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clawkit.probe import tcp


@dataclass(frozen=True, slots=True)
class Target:
    """A name without DNS can be asked for at 127.0.0.1: `dial` is the address, `name` goes into SNI and Host."""

    dial: str
    port: int
    name: str
    tls: bool = True
    host: str = ""
    """Host header where it is to differ from the name; empty: the name and a port that is not the default."""

    @property
    def authority(self) -> str:
        shown = f"[{self.name}]" if ":" in self.name else self.name
        return shown if self.port == (443 if self.tls else 80) else f"{shown}:{self.port}"

    @property
    def host_header(self) -> str:
        return self.host or self.authority

    @property
    def where(self) -> str:
        return f"[{self.dial}]:{self.port}" if ":" in self.dial else f"{self.dial}:{self.port}"


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom to trust; a probe that gets None instead looks without verifying and must send no secret."""

    ca_file: Path | None = None
    """None: the system's store."""


def context(trust: Trust | None, *, alpn: Sequence[str] = ("http/1.1",), check_name: bool = True) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.set_alpn_protocols(list(alpn))
    made.check_hostname = check_name and trust is not None
    if trust is None:
        made.verify_mode = ssl.CERT_NONE
    elif trust.ca_file is None:
        made.load_default_certs()
    else:
        made.load_verify_locations(str(trust.ca_file))
    return made


def connect(target: Target, trust: Trust | None, limit: float) -> socket.socket:
    """A connected socket, TLS included; raises what socket and ssl raise.

    For an address, `ssl` sends no SNI and compares with the certificate's IP entries, as browsers do.
    """
    secure = context(trust) if target.tls else None
    sock = tcp.dial(target.dial, target.port, limit)
    if secure is None:
        return sock
    try:
        return secure.wrap_socket(sock, server_hostname=target.name)
    except BaseException:
        sock.close()
        raise
