"""The one deployment that is measured: its folder, its flags, and plain docker compose on its rendered files."""

from __future__ import annotations

import http.client
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import loss_guide
from figure import LIMIT_SECONDS, timed

from clawkit.testing import free_ports

CLAWKIT = Path(sys.executable).with_name("clawkit")
DOMAIN = "localhost"
PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Deployment:
    folder: Path
    http_port: int
    https_port: int

    @property
    def flags(self) -> list[str]:
        return ["--dir", str(self.folder), "--http-port", str(self.http_port), "--https-port", str(self.https_port)]

    @property
    def rendered(self) -> Path:
        return self.folder / "stack"

    @property
    def guided(self) -> Path:
        """The same files, but for the guide's configuration of the proxy."""
        return self.folder / "guide"

    @property
    def url(self) -> str:
        return f"https://{DOMAIN}:{self.https_port}/"

    def clawkit(self, verb: str, *more: str) -> float:
        return timed((CLAWKIT, verb, "--dir", self.folder, *more))

    def compose(self, *words: str, folder: Path | None = None) -> float:
        return timed(("docker", "compose", "-f", "compose.yaml", *words), cwd=folder or self.rendered)

    def asked_until_it_started(self, folder: Path | None = None) -> float:
        """`up -d`, and then asking through the proxy again and again: the least that one can wait."""
        start = time.perf_counter()
        self.compose("up", "-d", folder=folder)
        while not self._started():
            if time.perf_counter() - start > LIMIT_SECONDS:
                raise RuntimeError(f"{self.url} never answered")
            time.sleep(PAUSE_SECONDS)
        return time.perf_counter() - start

    def _started(self) -> bool:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # how it is trusted is verify's business
        connection = http.client.HTTPSConnection(DOMAIN, self.https_port, timeout=5, context=context)
        try:
            connection.request("GET", "/startupz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def copy_for_the_guide(self) -> None:
        """Into the very same project, so that both have the same state; only one of them runs at a time."""
        shutil.rmtree(self.guided, ignore_errors=True)
        # with their owners: the proxy reads its keys as an ordinary user
        subprocess.run(("cp", "-a", self.rendered, self.guided), check=True, timeout=60)
        proxy = next(name for name in ("caddy", "nginx") if (self.guided / "proxy" / name).exists())
        name, text = loss_guide.GUIDE[proxy]
        (self.guided / "proxy" / proxy / name).write_text(text)


@contextmanager
def deployed() -> Iterator[Deployment]:
    with tempfile.TemporaryDirectory(prefix="clawkit-bench-") as temporary:
        made = Deployment(Path(temporary) / "stack-under-bench", *free_ports(2))
        try:
            timed((CLAWKIT, "up", *made.flags))
            made.copy_for_the_guide()
            yield made
        finally:
            away = (CLAWKIT, "down", "--volumes", "--yes", "--dir", made.folder)
            subprocess.run(away, timeout=LIMIT_SECONDS, capture_output=True)
