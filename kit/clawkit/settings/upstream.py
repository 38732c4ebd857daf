"""Where a gateway is that somebody else runs."""

from __future__ import annotations

import ipaddress
import re

from clawkit.settings.domain import is_address

UPSTREAM = re.compile(r"http://([0-9.]+|\[[0-9A-Fa-f:]+\]):([0-9]{1,5})/?")


def adoptable(value: str) -> str:
    """As the proxy's container reaches it."""
    found = UPSTREAM.fullmatch(value)
    if not found or not is_address(found[1].strip("[]")) or not 0 < int(found[2]) < 65536:
        raise ValueError(f"{value!r} is no http://ADDRESS:PORT (an address, because proxies look a name up only once)")
    address = ipaddress.ip_address(found[1].strip("[]"))
    if address.is_loopback or address.is_unspecified:
        raise ValueError(f"{value!r} is the proxy's own container; name an address that containers reach, such as "
                         "Docker's 172.17.0.1")  # fmt: skip
    return value.rstrip("/")
