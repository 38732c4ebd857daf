"""Reads where a Debian host gets its packages from, and says it for the release that the images are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


@dataclass(frozen=True, slots=True)
class Source:
    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str


def debian_lines(root: Path, release: str) -> tuple[str, ...]:
    """One-line sources for `release` from the host's own mirrors; empty when the host is no Debian."""
    codename = os_release(root).get("VERSION_CODENAME", "") if os_release(root).get("ID") == "debian" else ""
    if not codename:
        return ()
    lines = [
        f"deb [signed-by={KEYRING}] {uri} {release}{pocket} main"
        for pocket in ("", "-updates", "-security")
        for uri in mirrors(root, (f"{codename}{pocket}", f"stable{pocket}"))
    ]
    return tuple(lines) if any(f" {release} " in line for line in lines) else ()


def mirrors(root: Path, suites: tuple[str, ...]) -> list[str]:
    """Third parties also publish suites named after the release: their key, or else their address, gives them away."""
    fitting = [source for source in sources(root) if source.suite in suites and "main" in source.components
               and (not source.signed_by or "debian-archive" in source.signed_by)]  # fmt: skip
    uris = [uri for source in fitting for uri in resolved(root, source.uri)]
    return list(dict.fromkeys([uri for uri in uris if "debian" in uri.partition("//")[2]] or uris))


def sources(root: Path) -> Iterator[Source]:
    folder = root / "etc/apt"
    for path in (folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))):
        if path.suffix == ".list" and path.is_file():
            yield from one_line(path.read_text().splitlines())
        elif path.suffix == ".sources" and path.is_file():
            yield from deb822(path.read_text())


def one_line(lines: Iterable[str]) -> Iterator[Source]:
    for line in lines:
        match = re.match(r"deb\s+(?:\[(?P<options>[^]]*)]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s*(?P<rest>[^#]*)", line)
        if match:
            signed = re.search(r"signed-by=(\S+)", match["options"] or "")
            yield Source(match["uri"], match["suite"], tuple(match["rest"].split()), signed[1] if signed else "")


def deb822(text: str) -> Iterator[Source]:
    for stanza in re.split(r"\n\s*\n", "\n".join(line for line in text.splitlines() if not line.startswith("#"))):
        field = {key.lower(): value for key, value in re.findall(r"(?m)^([\w-]+):[ \t]*(.*)$", stanza)}
        if "deb" not in field.get("types", "").split() or field.get("enabled", "yes").lower() in ("no", "false"):
            continue
        for uri in field.get("uris", "").split():
            for suite in field.get("suites", "").split():
                yield Source(uri, suite, tuple(field.get("components", "").split()), field.get("signed-by", ""))


def resolved(root: Path, uri: str) -> list[str]:
    """Debian's cloud images name a file that lists the mirrors (apt-transport-mirror)."""
    if uri.startswith("mirror+file:"):
        path = root / uri.removeprefix("mirror+file:").lstrip("/")
        lines = path.read_text().splitlines() if path.is_file() else []
        return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")][:1]
    return [uri] if uri.startswith(("http://", "https://")) else []


def os_release(root: Path) -> dict[str, str]:
    path = root / "etc/os-release"
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line) if path.is_file() else ()
    return {key: value.strip('"') for key, value in pairs}
