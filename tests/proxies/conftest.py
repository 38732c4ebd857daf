"""Starts each real proxy once with its rendered file, unchanged, and takes it down in every case."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from clawkit.render import proxy_files
from clawkit.stack import GATEWAY_PORT, Stack
from clawkit.tls.authority import make_leaf, make_root
from clawkit.tls.pair import Pair

from . import namespace, samples, upstream
from .browser import ADDRESS, Browser
from .namespace import Namespace
from .programs import PROGRAMS, Program

UID = 1000
COMMANDS = {
    "nginx": ("/opt/bin", "-e", "stderr", "-c", "/etc/clawkit/nginx.conf"),
    "caddy": ("/opt/bin",),
}
RUN = {
    "nginx": ("-g", "daemon off;"),
    "caddy": ("run", "--config", "/etc/clawkit/Caddyfile", "--adapter", "caddyfile"),
}
START_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A rendered deployment in a namespace, with a program that can be run on it."""

    program: Program
    stack: Stack
    namespace: Namespace
    browser: Browser
    log: Path

    def run(self, *arguments: str) -> str:
        """Runs the program to its end and returns all it printed; it must succeed."""
        process = self.namespace.start((*self._command(), *arguments), self.log)
        status = process.wait(30)
        text = self.log.read_text()
        assert status == 0, text
        return text

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        process = self.namespace.start((*self._command(), *RUN[self.program.proxy]), self.log)
        try:
            self._await_service(process)
            yield process
        finally:
            stop(process)

    def _command(self) -> tuple[str, ...]:
        return ("env", "LD_LIBRARY_PATH=/opt/lib", *COMMANDS[self.program.proxy])

    def _await_service(self, process: subprocess.Popen[bytes]) -> None:
        """The plain port where there is no other, else a certificate for every gateway."""
        deadline = time.monotonic() + START_SECONDS
        waiting = [None if self.stack.address_gateway else gateway.domain for gateway in self.stack.gateways]
        while waiting:
            assert process.poll() is None, f"ended with {process.returncode}: {self.log.read_text()}"
            assert time.monotonic() < deadline, f"no service for {waiting}: {self.log.read_text()}"
            try:
                if self.stack.tls == "off":
                    self.namespace.connect(80, source=ADDRESS).close()
                else:
                    self.browser.tls(waiting[0]).close()
                waiting.pop(0)
            except (ConnectionError, ssl.SSLError):
                time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Site:
    """A running proxy in front of gateways that tell what reached them."""

    sandbox: Sandbox
    process: subprocess.Popen[bytes]
    main: upstream.Server
    team: upstream.Server

    @property
    def browser(self) -> Browser:
        return self.sandbox.browser

    @property
    def log(self) -> str:
        return self.sandbox.log.read_text()


@pytest.fixture(scope="session")
def authority() -> Pair:
    return make_root("proxies")


@pytest.fixture(scope="session", params=PROGRAMS, ids=str)
def program(request: pytest.FixtureRequest) -> Program:
    if reason := namespace.why_not():
        pytest.skip(reason)
    found: Program = request.param
    found.folder()
    return found


@pytest.fixture(scope="session")
def site(program: Program, authority: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(samples.three(program.proxy, program.version), program, authority,
                 tmp_path_factory.mktemp(str(program))) as running:  # fmt: skip
        yield running


@contextmanager
def serving(stack: Stack, program: Program, authority: Pair, folder: Path) -> Iterator[Site]:
    with (
        build(stack, program, authority, folder) as sandbox,
        sandbox.running() as process,
        gateways(sandbox) as (main, team),
    ):
        yield Site(sandbox, process, main, team)


@contextmanager
def gateways(sandbox: Sandbox) -> Iterator[list[upstream.Server]]:
    """The first two of the deployment's gateways; a third stays asleep."""
    servers = [upstream.Server(sandbox.namespace.listen(gateway.address, GATEWAY_PORT), gateway.name)
               for gateway in sandbox.stack.gateways[:2]]  # fmt: skip
    try:
        yield servers
    finally:
        for server in servers:
            server.stop()


@contextmanager
def build(stack: Stack, program: Program, authority: Pair, folder: Path) -> Iterator[Sandbox]:
    (folder / "files").mkdir()
    for path, text in proxy_files(stack).items():
        (folder / "files" / Path(path).name).write_text(text)
    write_pair(folder / "tls/ca", "ca.crt", "ca.key", authority)
    for gateway in stack.sites:
        leaf = make_leaf(authority, gateway.names)
        write_pair(folder / "tls/site" / gateway.name / "live", "fullchain.pem", "privkey.pem", leaf)
    addresses = (ADDRESS, samples.FRONT, *(gateway.address for gateway in stack.gateways))
    made = namespace.create(folder / "root", files=folder / "files", tls=folder / "tls", program=program.folder(),
                            addresses=addresses)  # fmt: skip
    try:
        # what run.sh does in the container
        made.start(("sh", "-c", f"echo '{program.njs}' > /tmp/njs.conf"), folder / "log").wait(10)
        yield Sandbox(program, stack, made, Browser(made, folder / "tls/ca/ca.crt"), folder / "log")
    finally:
        made.close()


def write_pair(folder: Path, certificate: str, key: str, pair: Pair) -> None:
    folder.mkdir(parents=True)
    (folder / certificate).write_text(pair.certificate)
    (folder / key).write_text(pair.key)
    (folder / key).chmod(0o600)
    os.chown(folder / key, UID, UID)


def stop(process: subprocess.Popen[bytes]) -> None:
    """At once, not gracefully: TERM is that for nginx, and Caddy would wait for its last connection."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
