"""The gateway asked past the proxy: from this host, and with the proxy's own eyes and names."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from clawkit.doctor.model.exchange import Exchange, Vantage
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.live.abreast import start
from clawkit.doctor.walk import asked
from clawkit.doctor.walk.through import HEALTHZ
from clawkit.doctor.walk.way import LIMIT, Way
from clawkit.engine.view import Ran, View
from clawkit.probe import http
from clawkit.probe.failure import Trouble
from clawkit.probe.http import HttpFacts
from clawkit.probe.target import Target

SCRIPT = (
    "if command -v curl >/dev/null; then curl -ksS -m 1 -w '\\n#%{http_code}' \"$1\"; "
    "elif command -v wget >/dev/null; then wget --no-check-certificate -q -T 1 -O - \"$1\" && printf '\\n#200'; "
    "else exit 126; fi"
)
"""Debian's proxies bring curl, Alpine's wget; where there is neither, nothing can be said."""

WORDS = (
    (re.compile(r"bad address|not resolve|unable to resolve|name does not resolve", re.IGNORECASE), "dns"),
    (re.compile(r"refused", re.IGNORECASE), "refused"),
    (re.compile(r"timed? ?out", re.IGNORECASE), "timeout"),
    (re.compile(r"empty reply|error getting response|reset by peer", re.IGNORECASE), "empty"),
    (re.compile(r"no route|unreachable", re.IGNORECASE), "no route to host"),
    (re.compile(r"wrong version|ssl|tls", re.IGNORECASE), "tls-failed"),
)
CURL = {6: "dns", 7: "refused", 28: "timeout", 35: "tls-failed", 52: "empty", 56: "reset"}
STATUS = re.compile(r"HTTP/\d\.\d (\d{3})")


@dataclass(frozen=True, slots=True)
class Inside:
    """What the proxy's container sees of its upstream."""

    url: str
    container: str
    status: int | None
    error: str
    body: str

    @property
    def told(self) -> str:
        words = {
            "dns": "the name does not resolve",
            "timeout": "no answer in time",
            "empty": "closed without an answer",
        }
        return words.get(self.error, self.error) or f"{self.status} {self.body[:60]}".rstrip()

    @property
    def live(self) -> bool:
        return self.status == 200 and '"live"' in self.body


@dataclass(frozen=True, slots=True)
class Beyond:
    direct: HttpFacts | None = None
    inside: Inside | None = None

    @property
    def direct_live(self) -> bool:
        return self.direct is not None and self.direct.document.get("status") == "live"

    @property
    def live(self) -> bool:
        return self.direct_live or bool(self.inside and self.inside.live)

    @property
    def asked(self) -> bool:
        return self.direct is not None or self.inside is not None


def look(way: Way, view: View | None) -> Beyond:
    target = way.direct or _of_host(way)
    direct = start(lambda: http.get(target, HEALTHZ, limit=1.0, bound=4096)) if target else None
    inside = start(lambda: _inside(way, view)) if view else None
    return Beyond(direct.result() if direct else None, inside.result() if inside else None)


def _of_host(way: Way) -> Target | None:
    """A proxy of the host itself dials from here."""
    found = re.fullmatch(r"http://\[?([\w.:-]+?)\]?:(\d+)", way.upstream)
    if way.proxy is not None or way.overlay or found is None:
        return None
    return Target(found[1], int(found[2]), found[1], tls=False)


def _inside(way: Way, view: View) -> Inside | None:
    if way.proxy is None or not way.proxy.running or not way.upstream:
        return None
    url = way.upstream + HEALTHZ
    done = view.run(way.proxy.name, ("sh", "-c", SCRIPT, "sh", url), seconds=LIMIT)
    return read(url, way.proxy.name, done)


def read(url: str, container: str, done: Ran) -> Inside | None:
    """None where the container has no means to ask."""
    body, mark, status = done.out.rpartition("\n#")
    if mark and status.isdigit() and int(status):
        return Inside(url, container, int(status), "", body)
    if done.code in (125, 126, 127):
        return None
    told = STATUS.search(done.err)
    if told:
        return Inside(url, container, int(told[1]), "", "")
    error = next((word for pattern, word in WORDS if pattern.search(done.err)), "") or CURL.get(done.code, "timeout")
    return Inside(url, container, None, error, "")


def exchanges(way: Way, beyond: Beyond) -> tuple[Exchange, ...]:
    found = []
    target, direct, inside = way.direct or _of_host(way), beyond.direct, beyond.inside
    unseen = direct is not None and direct.failure is not None and direct.failure.kind in (
        Trouble.TIMEOUT, Trouble.UNREACHABLE)  # fmt: skip
    # with Docker Desktop or a remote engine this host has no way to the containers' networks
    if direct is not None and target is not None and not (unseen and inside and inside.live):
        found.append(asked.exchange(target, direct, Vantage.DIRECT))
    if inside is not None and way.proxy is not None:
        again = f"{way.proxy.enter} curl -isS {shlex.quote(inside.url)}"
        said = inside.error or f"{inside.status} {inside.body[:80]}".rstrip()
        found.append(Exchange(inside.url, Place(again, None, said), Vantage.INSIDE, status=inside.status,
                              body=inside.body[: asked.BODY], error=inside.error))  # fmt: skip
    return tuple(found)
