"""Through the real OpenClaw: how fast its health page is, and what its dashboard costs to load."""

from __future__ import annotations

import gzip
import http.client
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from deployment import Deployment
from figure import Figure, side_by_side
from loaders import wrk
from section import Section, Table

ASSET = re.compile(r'(?:src|href)="\.?/?(assets/[^"]+\.(?:js|css))"')
KB = 1024
TEXT = """`/healthz` and the files of the dashboard's page, through the proxy of one stack: with the kit's
configuration, then with the guide's in its place. Sizes are what crosses the wire; caching headers are OpenClaw's own.
"""


@dataclass(frozen=True, slots=True)
class File:
    path: str
    sent: int
    whole: int
    encoding: str
    caching: str


def measured(deployment: Deployment, runs: int, seconds: int) -> Section:
    ours, files = looked(deployment, runs, seconds)
    deployment.compose("up", "-d", "--wait", "--force-recreate", "proxy", folder=deployment.guided)
    guides, guided = looked(deployment, runs, seconds)
    deployment.compose("up", "-d", "--wait", "--force-recreate", "proxy")
    rates = [("clawkit", str(ours)), ("guide", str(guides))]
    rows = [(file.path, size(file.whole), size(file.sent), size(theirs.sent), file.encoding or "none", file.caching)
            for file, theirs in zip(files, guided, strict=True)]  # fmt: skip
    rows.append(("all of them", size(sum(f.whole for f in files)), size(sum(f.sent for f in files)),
                 size(sum(f.sent for f in guided)), "", ""))  # fmt: skip
    head = ("file", "as it is", "sent by the kit", "by the guide", "encoding", "caching")
    return Section("Through OpenClaw", TEXT, [Table(("/healthz, 8 connections, requests/s", ""), rates),
                                              Table(head, rows)])  # fmt: skip


def looked(deployment: Deployment, runs: int, seconds: int) -> tuple[Figure, list[File]]:
    once = partial(rate, f"{deployment.url}healthz", seconds)
    return side_by_side({"": once}, runs, "/s")[""], list(dashboard(deployment))


def rate(url: str, seconds: int) -> float:
    return wrk([], url, connections=8, seconds=seconds).requests


def dashboard(deployment: Deployment) -> Iterator[File]:
    page, text = fetched(deployment, "")
    yield page
    for path in dict.fromkeys(ASSET.findall(text)):
        yield fetched(deployment, path)[0]


def fetched(deployment: Deployment, path: str) -> tuple[File, str]:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # how it is trusted is verify's business
    connection = http.client.HTTPSConnection("localhost", deployment.https_port, timeout=30, context=context)
    connection.request("GET", f"/{path}", headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    encoding = response.getheader("Content-Encoding", "")
    whole = gzip.decompress(body) if encoding == "gzip" else body
    found = File(f"/{path}", len(body), len(whole), encoding, response.getheader("Cache-Control", "none"))
    return found, whole.decode("utf-8", "replace")


def size(count: int) -> str:
    return f"{count / KB:.1f} KB"
