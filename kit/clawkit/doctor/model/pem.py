"""A certificate that was seen: in a file that lies with the configuration, or shown by a live server."""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.doctor.model.place import Place


@dataclass(frozen=True, slots=True)
class SeenCertificate:
    at: Place
    served: bool = False
    """Shown in a handshake; otherwise read from a file."""
    path: str = ""
    """As the proxy's configuration names it, where that is known."""
    subject: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    """SANs in lower case, wildcards as they stand."""
    not_before: float | None = None
    not_after: float | None = None
    """Unix time."""
    chain: int = 1
    """Certificates in the file or the handshake, the leaf included; 0 where they were not counted, as by `curl -v`."""
    self_signed: bool = False
    serial: str = ""
    key_matches: bool | None = None
    """None without a key beside it."""
    server_name: str = ""
    """That was asked for in the handshake."""
    verify_error: str = ""
    """OpenSSL's words, e.g. "unable to get local issuer certificate"."""
