"""Two gateways on a Swarm of three nodes, and the visitors who ask them while something happens."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from deployment import CLAWKIT
from figure import LIMIT_SECONDS
from swarm_nodes import Node, Nodes, swarm

from clawkit.engine.images import DockerImages
from clawkit.images import ensure
from clawkit.probe import http
from clawkit.probe.target import Target
from clawkit.settings.model import Settings

DOMAINS = {"gateway": "localhost", "gateway-g1": "g1.lan"}
HTTP_PORT, HTTPS_PORT = 8080, 8443
HOLD = 300
PAUSE_SECONDS = 0.05
OK = 200
PAGE = 4096


@dataclass
class Deployed:
    folder: Path
    nodes: Nodes
    environ: Mapping[str, str]
    hold: int = HOLD
    first: float = 0.0
    """Seconds of the first `up`, the image handed to two nodes."""

    def clawkit(self, *words: str) -> float:
        start = time.perf_counter()
        done = subprocess.run([CLAWKIT, *words, "--dir", self.folder], capture_output=True, text=True,
                              timeout=LIMIT_SECONDS, env={**os.environ, **self.environ})  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"clawkit {' '.join(words)} exited {done.returncode}: {done.stdout}{done.stderr}")
        return time.perf_counter() - start

    def node_of(self, service: str) -> Node:
        name = self.nodes.manager.docker("service", "ps", "--filter=desired-state=running", "--format={{.Node}}",
                                         self._named(service)).splitlines()[0]  # fmt: skip
        return next(node for node in self.nodes.all if node.name == name)

    def memory_mb(self, service: str) -> float:
        node = self.node_of(service)
        label = f"label=com.docker.swarm.service.name={self._named(service)}"
        usage = node.docker(
            "stats", "--no-stream", "--format={{.MemUsage}}", node.docker("ps", "-q", "--filter", label)
        )
        number, unit = re.findall(r"([\d.]+)([KMG])iB", usage)[0]
        return float(number) * {"K": 1 / 1024, "M": 1, "G": 1024}[unit]

    def _named(self, service: str) -> str:
        return f"clawkit-{self.folder.name}_{service}"


@contextmanager
def deployed() -> Iterator[Deployed]:
    images = ensure(Settings(proxy="caddy"), DockerImages(), locked={}, say=lambda _text: None)
    refs = sorted(image.ref for image in images.values())
    with tempfile.TemporaryDirectory(prefix="clawkit-bench-") as temporary, swarm(3, [(1, refs)]) as nodes:
        folder = Path(temporary, f"swarm-{secrets.token_hex(2)}")
        folder.mkdir()
        found = Deployed(folder, nodes, nodes.environ(Path(temporary, "docker")))
        try:
            found.clawkit("gateways", "add", "g1", "--domain", DOMAINS["gateway-g1"])
            found.first = found.clawkit("up", "--engine", "swarm", "--proxy", "caddy", "--http-port", str(HTTP_PORT),
                                 "--https-port", str(HTTPS_PORT), "--gateway-memory", "1g", "--hold", str(HOLD),
                                 "--timeout", str(HOLD))  # fmt: skip
            yield found
        finally:
            with suppress(RuntimeError, subprocess.TimeoutExpired):
                found.clawkit("down")


def daemon_mb(node: Node) -> float:
    """What dockerd and its containerd hold; not the containers, nor their shims."""
    pids = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    found = 0
    for entry in pids:
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            ours = any(word.decode(errors="replace").find(f"{node.run}/") >= 0 for word in words)
            if ours and Path(os.fsdecode(words[0])).name in ("dockerd", "containerd"):
                found += int((entry / "statm").read_text().split()[1]) * PAGE
    return found / 1024 / 1024


@dataclass
class Visitor:
    """Asks one gateway again and again; each answer's status (0: none at all) and how long it took."""

    target: Target
    seen: list[tuple[int, float]] = field(default_factory=list)

    def visit(self, end: threading.Event) -> None:
        while not end.wait(PAUSE_SECONDS):
            start = time.perf_counter()
            facts = http.get(self.target, "/healthz", headers=http.PATIENT, limit=200)
            self.seen.append((facts.status, time.perf_counter() - start))

    @property
    def failed(self) -> int:
        return sum(status != OK for status, _ in self.seen)

    @property
    def longest(self) -> float:
        return max(took for _, took in self.seen)

    @property
    def silent(self) -> float:
        """Seconds of all that failed: for how long nobody answered."""
        return sum(took + PAUSE_SECONDS for status, took in self.seen if status != OK)


@contextmanager
def visited(many: Deployed) -> Iterator[dict[str, Visitor]]:
    address = many.nodes.manager.address
    visitors = {name: Visitor(Target(address, HTTPS_PORT, domain)) for name, domain in DOMAINS.items()}
    end = threading.Event()
    threads = [threading.Thread(target=one.visit, args=(end,)) for one in visitors.values()]
    for thread in threads:
        thread.start()
    try:
        yield visitors
    finally:
        end.set()
        for thread in threads:
            thread.join()
