"""Whether any allowed origin could be that of a site of which only the names are known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from clawkit.doctor.links import Link
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Value
from clawkit.doctor.private import exempt
from clawkit.doctor.public import is_public


def nameless(link: Link, gateway: Gateway) -> Value[str] | None:
    """The site's name that no entry names; None where one does, or where the site takes any name."""
    names = list(_named(link))
    if not names or len(names) != len(link.site.names):
        return None
    hosts = [(urlsplit(entry.value.strip()).hostname or entry.value.strip()).lower() for entry in gateway.origins or ()]
    listed = any(_matches(name.value.lower(), host) for name in names for host in hosts)
    return None if listed or any("*" in host for host in hosts) else names[0]


def _named(link: Link) -> Iterator[Value[str]]:
    """Public names, also *.example.com and openclaw.*; a catch-all or a regular expression says nothing."""
    for name in link.site.names:
        text = name.value
        bare = text.removeprefix("*.").removesuffix(".*")
        known = is_public(bare) if not text.endswith(".*") else bool(re.fullmatch(r"[\w-]+", bare))
        if known and not exempt(bare):
            yield name


def _matches(name: str, host: str) -> bool:
    if name.startswith("*."):
        return host.endswith(name[1:])
    if name.endswith(".*"):
        return host.startswith(name[:-1])
    return name == host
