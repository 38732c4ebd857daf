"""What kind of name a domain is: it decides which authority can issue a certificate for it."""

from __future__ import annotations

import ipaddress
import re

LABEL = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?<!-)$")

# Names that no public CA issues for: RFC 6761 (localhost, test, example, invalid), RFC 6762 (local),
# RFC 8375 (home.arpa), ICANN's reserved .internal, and the de-facto .lan of home routers.
PRIVATE_SUFFIXES = ("localhost", "test", "example", "invalid", "local", "home.arpa", "internal", "lan")


def is_address(domain: str) -> bool:
    try:
        ipaddress.ip_address(domain)
    except ValueError:
        return False
    return True


def is_public(domain: str) -> bool:
    """True when a public CA could issue for this name or address."""
    if is_address(domain):
        return ipaddress.ip_address(domain).is_global
    if "." not in domain:
        return False
    return not any(domain == suffix or domain.endswith(f".{suffix}") for suffix in PRIVATE_SUFFIXES)


def normalized(value: str) -> str:
    """The domain in the form that a browser puts into its Origin header; raises ValueError with the reason."""
    name = value.strip().rstrip(".").lower()
    if "://" in name or "/" in name:
        raise ValueError(f"{value!r} is a URL; give the host name alone, such as example.com")
    if is_address(name):
        return str(ipaddress.ip_address(name))
    if ":" in name:
        raise ValueError(f"{value!r} holds a port; give the name alone and set https_port")
    try:
        name = name.encode("idna").decode("ascii") if not name.isascii() else name
    except UnicodeError:
        raise ValueError(f"{value!r} is not a host name") from None
    if len(name) > 253 or not all(LABEL.match(label) for label in name.split(".")):
        raise ValueError(f"{value!r} is not a host name")
    if name.replace(".", "").isdigit():
        raise ValueError(f"{value!r} is not a host name and not a complete IPv4 address")
    return name
