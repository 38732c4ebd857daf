"""What runs a proxy on a Swarm takes up each certificate by one reload; proxy and name service are stand-ins here."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clawkit.render import templates_root
from clawkit.wait import Look, until

STANDINS = {
    "caddy": '[ "$1" = run ] && exec /bin/sleep 60; echo "$*" >> "$LOG"; [ ! -e "$LOG.refuses" ]',
    "nginx": 'case "$*" in *daemon*) exec /bin/sleep 60 ;; *reload*) echo >> "$LOG" ;; esac; [ ! -e "$LOG.refuses" ]',
    "getent": 'echo "10.0.0.9 STREAM gateway"',
    "curl": ":",
    "sleep": "exec /bin/sleep 0.05",
}
WRITTEN = {"caddy": "Caddyfile", "nginx": "nginx.conf"}
PROGRAM = {"caddy": "certificates.sh", "nginx": "names.sh"}
LOOKS = 20
"""Of the program's, in the time for which nothing more may happen."""


@dataclass
class Runs:
    folder: Path
    proxy: str
    process: subprocess.Popen[bytes]

    @property
    def configuration(self) -> str:
        """Empty before its first."""
        path = self.folder / "tmp" / WRITTEN[self.proxy]
        return path.read_text() if path.exists() else ""

    def reloads(self) -> int:
        log = self.folder / "log"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def hand(self, version: str, site: str = "main") -> None:
        """As compose/acme/certificate.py does it."""
        home = self.folder / "acme/site" / site
        (home / version).mkdir(parents=True)
        (home / version / "fullchain.pem").write_text(version)
        (home / ".live.new").symlink_to(version)
        (home / ".live.new").replace(home / "live")

    def until(self, reloads: int) -> None:
        until(lambda: Look(ready=self.reloads() >= reloads, doing=f"{self.reloads()} reloads"), seconds=10,
              what="a reload", tell=lambda _text: None)  # fmt: skip

    def at_rest(self) -> int:
        """How often it was reloaded, once it has had the time for many more."""
        with pytest.raises(subprocess.TimeoutExpired):
            self.process.wait(0.05 * LOOKS)
        return self.reloads()


@pytest.fixture(params=["caddy", "nginx"])
def runs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runs]:
    proxy: str = request.param
    text = (templates_root() / "proxies" / proxy / PROGRAM[proxy]).read_text()
    for folder in ("etc/clawkit", "acme/served", "tmp", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    text = re.sub(r"(?<!\w)/(etc|acme|tmp)/", rf"{tmp_path}/\1/", text)
    for name, script in STANDINS.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "etc/clawkit" / WRITTEN[proxy]).write_text(
        "server gateway:18789 max_fails=0;\n"
        "certificate /tls/site/main/live/fullchain.pem;\ncertificate /tls/site/alice/live/fullchain.pem;\n"
    )
    (tmp_path / "etc/clawkit/generation").write_text("these-names\n")
    (tmp_path / "program.sh").write_text(text)
    environ = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "LOG": str(tmp_path / "log"), "NODE": "node1"}
    process = subprocess.Popen(["sh", tmp_path / "program.sh", "gateway"], env=environ, start_new_session=True)
    try:
        yield Runs(tmp_path, proxy, process)
    finally:
        os.killpg(process.pid, 9)
        process.wait(10)


def test_each_certificate_is_one_reload(runs: Runs) -> None:
    assert runs.at_rest() == 0
    assert "certificate /tls/site/main/live/fullchain.pem" in runs.configuration
    runs.hand("first")
    runs.until(1)
    assert f"certificate {runs.folder}/acme/site/main/live/fullchain.pem" in runs.configuration
    assert runs.at_rest() == 1
    runs.hand("second")
    runs.until(2)
    assert runs.at_rest() == 2


@pytest.mark.parametrize("runs", ["caddy"], indirect=True)
def test_caddy_reads_one_that_several_sites_have_from_one_file(runs: Runs) -> None:
    runs.hand("wildcard", "alice")
    runs.hand("wildcard", "main")
    shared = f"{runs.folder}/acme/site/alice/live/fullchain.pem"
    until(lambda: Look(ready=runs.configuration.count(shared) == 2, doing=runs.configuration), seconds=10,
          what="one file for both", tell=lambda _text: None)  # fmt: skip
    runs.hand("main's own", "main")
    own = f"{runs.folder}/acme/site/main/live/fullchain.pem"
    until(lambda: Look(ready=own in runs.configuration, doing=runs.configuration), seconds=10, what="its own again",
          tell=lambda _text: None)  # fmt: skip
    assert runs.configuration.count(shared) == 1


def test_what_is_refused_is_tried_again(runs: Runs) -> None:
    refuses = runs.folder / "log.refuses"
    refuses.touch()
    assert runs.at_rest() == 0
    runs.hand("first")
    runs.until(2)
    refuses.unlink()
    tries = runs.reloads()
    runs.until(tries + 1)
    assert runs.at_rest() <= tries + 2, "it goes on though it was taken up"


@pytest.mark.parametrize("runs", ["nginx"], indirect=True)
def test_nginx_says_which_names_it_knows(runs: Runs) -> None:
    told = runs.folder / "acme/served/node1"
    until(lambda: Look(ready=told.exists(), doing="nothing said"), seconds=10, what="the proxy's word",
          tell=lambda _text: None)  # fmt: skip
    assert told.read_text() == "these-names\n"
