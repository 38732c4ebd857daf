"""What kind of name a domain is: it decides which authority can issue a certificate for it."""

from __future__ import annotations

import ipaddress
import re

LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")

# Python's codec follows IDNA 2003, browsers UTS 46: these four would give another name (RFC 5892, UTS 46 section 7).
DEVIATIONS = frozenset("ßς\u200c\u200d")

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
    bare = name[1:-1] if name.startswith("[") and name.endswith("]") else name
    if is_address(bare):
        return _usable(bare, value)
    if ":" in name:
        raise ValueError(f"{value!r} holds a port; give the name alone and set https_port")
    return _host_name(name, value)


def _usable(text: str, value: str) -> str:
    address = ipaddress.ip_address(text)
    if address.is_unspecified or "%" in text:
        raise ValueError(f"{value!r} is no address that a browser can open")
    return str(address)


def _host_name(name: str, value: str) -> str:
    if DEVIATIONS & set(name):
        raise ValueError(f"{value!r} has letters that browsers encode in different ways; write its xn-- form")
    try:
        name = name.encode("idna").decode("ascii") if not name.isascii() else name
    except UnicodeError:
        raise ValueError(f"{value!r} is not a host name") from None
    if len(name) > 253 or not all(LABEL.fullmatch(label) for label in name.split(".")):
        raise ValueError(f"{value!r} is not a host name")
    if name.rpartition(".")[2].isdigit():  # browsers take it for an address (url.spec.whatwg.org, host parsing)
        raise ValueError(f"{value!r} is not a host name and not a complete IPv4 address")
    return name


def bracketed(domain: str) -> str:
    return f"[{domain}]" if ":" in domain else domain
