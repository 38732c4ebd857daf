"""The folders for the user's own lines in the proxy's configuration: read by the proxy, never written by clawkit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PATTERNS: Mapping[str, tuple[str, ...]] = {
    "caddy": ("proxy/caddy/global.d/*.caddy", "proxy/caddy/site.d/*.caddy"),
    "nginx": ("proxy/nginx/http.d/*.conf", "proxy/nginx/site.d/*.conf"),
}
"""Inside the rendered folder, by proxy: outside the sites first, then inside each site."""

README = "00-readme"
"""Rendered by clawkit into each of these folders, with comments alone."""


def read(folder: Path, proxy: str) -> dict[str, str]:
    """Path inside the rendered folder -> text, of what the user put there."""
    found = [path for pattern in PATTERNS[proxy] for path in sorted(folder.glob(pattern)) if path.stem != README]
    return {str(path.relative_to(folder)): path.read_text(errors="replace") for path in found if path.is_file()}
