"""Names and addresses that are the world's, and those that only a network of one's own knows."""

from __future__ import annotations

from ipaddress import ip_address

PRIVATE = (
    *("localhost", "local", "internal", "lan", "home", "corp", "intranet", "localdomain", "private", "localnet"),
    *("home.arpa", "ts.net", "fritz.box", "domain", "host", "test", "invalid"),
)
"""Reserved, or used in networks of one's own; ts.net is public but its names resolve inside a tailnet only."""
UNKNOWN_TO_AUTHORITIES = ("lan", "corp", "intranet", "localdomain", "localnet", "fritz.box")
"""No public suffix, and not in certmagic's list of names for which Caddy uses its own authority."""

DOCUMENTED = ("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:")


def is_public(name: str) -> bool:
    low = name.lower().rstrip(".").removeprefix("*.")
    return (
        "." in low and not is_address(low) and not _below(low, PRIVATE) and not any(sign in low for sign in "~^$\\{*")
    )


def is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def is_public_address(text: str) -> bool:
    """People put the addresses of documentation in the place of their own public one."""
    address = ip_address(text.strip("[]"))
    return address.is_global or text.startswith(DOCUMENTED)


def refused_by_authorities(name: str) -> bool:
    return _below(name.lower().rstrip("."), UNKNOWN_TO_AUTHORITIES)


def _below(name: str, zones: tuple[str, ...]) -> bool:
    return any(name == zone or name.endswith(f".{zone}") for zone in zones)
