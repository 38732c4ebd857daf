"""A real OpenClaw behind a real proxy for a test, gone again afterwards.

    from clawkit.testing import OpenClawStack

    with OpenClawStack(proxy="caddy") as stack:
        requests.get(stack.url, verify=stack.ca)

Built on testcontainers' DockerCompose; needs `pip install clawkit[testing]` and a Docker engine. Ports are
ephemeral, the project name is the stack's own, and the containers, volumes and files go in every case.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from clawkit import bringup
from clawkit import deployment as deployments
from clawkit.check import Result
from clawkit.deployment import Deployment
from clawkit.engine.carrier import DockerCarrier
from clawkit.engine.docker import DockerEngine
from clawkit.engine.images import DockerImages
from clawkit.readiness import last_words
from clawkit.stack import Stack
from clawkit.verify import deployed
from clawkit.verify.terms import Terms

# testcontainers' reaper is an image of its own that needs a registry; the stack cleans up after itself instead
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")


class OpenClawStack:
    """`settings` are those of clawkit.yaml, such as `domain` or `chat_api`."""

    def __init__(self, proxy: Literal["caddy", "nginx"] = "caddy", *, name: str | None = None, **settings: Any) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="clawkit-test-"))
        http_port, https_port = free_ports(2)
        self._flags = {"proxy": proxy, "listen": "127.0.0.1", "http_port": http_port, "https_port": https_port,
                       "name": name or f"clawkit-test-{secrets.token_hex(4)}", **settings}  # fmt: skip
        self._compose: Any = None
        self._stack: Stack | None = None

    @property
    def deployment(self) -> Deployment:
        return deployments.open_folder(self._folder, {}, environ={})

    @property
    def stack(self) -> Stack:
        assert self._stack is not None, "the stack is not started; use it in a `with` statement"
        return self._stack

    @property
    def folder(self) -> Path:
        """The deployment's folder, as `clawkit --dir` takes it."""
        return self._folder

    @property
    def url(self) -> str:
        return self.stack.url

    @property
    def port(self) -> int:
        """Published HTTPS port on 127.0.0.1."""
        return self.stack.settings.https_port

    @property
    def token(self) -> str:
        return self.deployment.tokens(self.stack)["main"].reveal()

    @property
    def ca(self) -> str:
        """Path of the root certificate that signed the stack's."""
        from clawkit.tls import material

        return str(material.ca_file(self.deployment.rendered, self.stack, self.stack.gateways[0]) or "")

    def container(self, service: str) -> str:
        """Name of the container that runs this service."""
        return next(s.container for s in DockerEngine().services(self.stack.project) if s.name == service)

    def verify(self, *only: str, terms: Terms | None = None) -> tuple[Result, ...]:
        """What `clawkit verify` finds; with names, these checks alone."""
        return deployed.run(self.deployment, self.stack, only=only, terms=terms).results

    def logs(self) -> str:
        """The last lines of each container, for a failing test."""
        engine = DockerEngine()
        found = engine.services(self.stack.project)
        return "\n".join(f"--- {s.name} ({s.state}, {s.health})\n{last_words(engine, s.container)}" for s in found)

    def start(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def _start(self) -> None:
        from testcontainers.compose import DockerCompose

        engine = DockerEngine()
        deployments.keep(self.deployment, self._flags)
        deployment = self.deployment
        lock = bringup.settle(deployment, engine, DockerImages(), lambda text: print(text, file=sys.stderr))  # noqa: T201
        self._stack = deployment.stack(lock, engine.info())
        deployments.write(deployment, self._stack, lock)
        self._compose = DockerCompose(str(deployment.rendered), compose_file_name="compose.yaml", wait=False)
        self._compose.start()
        self.wait()

    def wait(self) -> None:
        """Until every gateway answers through the proxy again; raises Hopeless or NotReady."""
        bringup.wait_until_ready(self.stack, DockerEngine(), lambda text: None)

    def stop(self) -> None:
        """Containers, networks, volumes and files go, also after a start that failed half way."""
        try:
            if self._compose is not None:
                self._compose.stop()
                # what an earlier state of the file had volumes for, such as the other proxy's
                for volume in DockerEngine().volumes(self.stack.project):
                    DockerCarrier().remove(volume)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        if error is not None and self._stack is not None:
            error.add_note(self.logs())
        self.stop()


def free_ports(count: int) -> tuple[int, ...]:
    """Ports of 127.0.0.1 that nobody holds at this moment, each another."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return tuple(one.getsockname()[1] for one in held)
    finally:
        for one in held:
            one.close()
