"""The names of many sites, found without asking each: a proxy of ten thousand has them in tables, too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from clawkit.doctor.model.proxy import Site


@dataclass(frozen=True, slots=True)
class NginxNames:
    """The exact name, then the longest wildcard in front, then the longest behind, then the first regex."""

    exact: dict[str, Site] = field(default_factory=dict)
    wild: dict[str, Site] = field(default_factory=dict)
    patterns: dict[str, Site] = field(default_factory=dict)
    """Without their "~", in the order of the file."""

    def add(self, site: Site) -> None:
        """Of equal names the first one counts."""
        for value in site.names:
            name, low = value.value, value.value.lower()
            if name.startswith("~"):
                self.patterns.setdefault(name[1:], site)
                continue
            # .example.com stands for the name itself, too
            self.exact.setdefault(low.removeprefix("."), site)
            if low.startswith(("*.", ".")) or low.endswith(".*"):
                self.wild.setdefault(low, site)

    def of(self, host: str) -> Site | None:
        return self.exact.get(host) or self._wildcard(host) or self._pattern(host)

    def _wildcard(self, host: str) -> Site | None:
        return next((self.wild[low] for low in (*_in_front(host), *_behind(host)) if low in self.wild), None)

    def _pattern(self, host: str) -> Site | None:
        return next((site for pattern, site in self.patterns.items() if found(pattern, host, ignore_case=True)), None)


def _in_front(host: str) -> Iterator[str]:
    """Longest first; `*.example.com` and `.example.com` both take www.example.com, the first is the longer."""
    for at, sign in enumerate(host):
        if sign == ".":
            yield f"*{host[at:]}"
            yield host[at:]


def _behind(host: str) -> Iterator[str]:
    for at in range(len(host) - 1, -1, -1):
        if host[at] == ".":
            yield f"{host[: at + 1]}*"


@dataclass(frozen=True, slots=True)
class CaddyNames:
    """The most specific name; a site without names takes what is left."""

    plain: dict[str, Site]
    open: tuple[tuple[str, Site], ...]
    """Names with a star, and "" for a site without any."""

    def of(self, host: str) -> Site | None:
        if host and host in self.plain:
            return self.plain[host]
        best, chosen = (-1, 0), None
        for low, site in self.open:
            rank = _rank_caddy(low, host)
            if rank > best:
                best, chosen = rank, site
        return chosen


def caddy_names(sites: Iterable[Site]) -> CaddyNames:
    plain: dict[str, Site] = {}
    wide: list[tuple[str, Site]] = []
    for site in sites:
        for low in [name.value.lower() for name in site.names] or [""]:
            if low == "" or "*" in low:
                wide.append((low, site))
            if low:
                plain.setdefault(low, site)
    return CaddyNames(plain, tuple(wide))


def _rank_caddy(low: str, host: str) -> tuple[int, int]:
    if low in ("", "*"):
        return (0, 0)
    labels, wanted = low.split("."), host.split(".")
    fits = len(labels) == len(wanted) and all(a in ("*", b) for a, b in zip(labels, wanted, strict=True))
    return (1, len(low)) if fits else (-1, 0)


def found(pattern: str, text: str, ignore_case: bool) -> bool:
    """PCRE in Python's words; a pattern that Python cannot read takes nothing."""
    named = re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern)
    try:
        return re.search(named, text, re.IGNORECASE if ignore_case else 0) is not None
    except re.error:
        return False
