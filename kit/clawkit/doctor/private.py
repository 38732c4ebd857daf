"""Names that OpenClaw takes for private: with Origin and Host the same they need no entry in allowedOrigins."""

from __future__ import annotations

from ipaddress import ip_address

from clawkit.doctor.public import is_public_address

SUFFIXES = (".local", ".ts.net")
"""Not .lan, .home.arpa or bare names (origin-check, 2026.9.6)."""


def exempt(host: str) -> bool:
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return host.lower().endswith(SUFFIXES)
    return address.is_loopback or (address.is_private and not is_public_address(str(address)))
