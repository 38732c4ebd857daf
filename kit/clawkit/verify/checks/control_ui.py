"""The dashboard arrives whole: OpenClaw's page, and each script, style and icon that it names."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import PurePosixPath
from urllib.parse import urljoin, urlsplit

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.probe import http
from clawkit.probe.http import HttpFacts
from clawkit.verify.meaning import LOGS_GATEWAY, LOGS_PROXY, refused
from clawkit.verify.scene import Scene

MARK = "<openclaw-app"
"""The element that the Control UI mounts into, in every release since it is a single page."""

RELATIONS = {"icon", "apple-touch-icon", "stylesheet", "manifest", "modulepreload"}

TYPES = {
    ".js": ("text/javascript", "application/javascript"),
    ".css": ("text/css",),
    ".svg": ("image/svg+xml",),
    ".png": ("image/png",),
    ".ico": ("image/x-icon", "image/vnd.microsoft.icon"),
    ".webmanifest": ("application/manifest+json", "application/json"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    page: HttpFacts
    assets: tuple[HttpFacts, ...]


def gather(scene: Scene) -> Facts:
    page = scene.answer("/")
    return Facts(page, tuple(http.get_each(scene.target, assets_of(page.text))))


def assets_of(page: str) -> tuple[str, ...]:
    """Paths on the same host, each once, in the order of the page."""
    reader = _Reader()
    reader.feed(page)
    paths = [urljoin("/", link) for link in reader.links]
    return tuple(dict.fromkeys(path for path in paths if not urlsplit(path).netloc and path.startswith("/")))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "script" and found.get("src"):
            self.links.append(found["src"])
        if tag == "link" and RELATIONS & set(found.get("rel", "").split()) and found.get("href"):
            self.links.append(found["href"])


def judge(facts: Facts) -> Verdict:
    wrong = refused(facts.page)
    if wrong:
        return wrong
    if facts.page.content_type != "text/html" or MARK not in facts.page.text:
        return failed(f"{facts.page.status} {facts.page.content_type or 'without a type'}, not OpenClaw's page",
                      LOGS_PROXY, content_type=facts.page.content_type)  # fmt: skip
    if not facts.assets:
        return failed("the page names no script or style", LOGS_GATEWAY)
    faults = [fault for fault in map(fault_of, facts.assets) if fault]
    size = len(facts.page.body) + sum(len(asset.body) for asset in facts.assets)
    if faults:
        return failed(f"{len(faults)} of {len(facts.assets)} assets wrong: {faults[0]}", LOGS_PROXY,
                      assets=len(facts.assets), wrong=len(faults))  # fmt: skip
    return ok(f"page and {len(facts.assets)} assets, {size // 1024} kB, first byte {facts.page.first_byte_ms:g} ms",
              assets=len(facts.assets), bytes=size, ms=facts.page.first_byte_ms)  # fmt: skip


def fault_of(asset: HttpFacts) -> str:
    if asset.failure:
        return f"{asset.path}: {asset.failure}"
    if asset.status != 200:
        return f"{asset.path}: {asset.status}"
    known = TYPES.get(PurePosixPath(urlsplit(asset.path).path).suffix)
    if known and asset.content_type not in known:
        return f"{asset.path}: {asset.content_type or 'no content type'} in place of {known[0]}"
    return "" if asset.body else f"{asset.path}: empty"


CHECK = Check("control-ui", "Control UI with its assets", Group.APP, gather, judge, needs=("startupz",))
