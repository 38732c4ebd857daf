"""The kit's own stack, for the same breaking: the doctor looks at what runs, in the deployment's folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from clawkit.probe.target import Target, Trust
from clawkit.settings.secret import Secret
from clawkit.testing import OpenClawStack
from faults.docker import docker
from faults.doctor import Said, diagnose, mend

FILES = {"nginx": "stack/proxy/nginx/nginx.conf", "caddy": "stack/proxy/caddy/Caddyfile"}
CALLED = {"claw": "gateway", "web": "proxy"}


@dataclass
class Kit:
    kind: Literal["caddy", "nginx"]
    running: OpenClawStack = field(init=False)
    pristine: dict[str, str] = field(default_factory=dict)
    applied: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"clawkit {self.kind}"

    @property
    def folder(self) -> Path:
        return self.running.folder

    @property
    def project(self) -> str:
        return self.running.stack.project

    @property
    def target(self) -> Target:
        return Target("127.0.0.1", self.running.port, "localhost")

    @property
    def plain(self) -> Target:
        return Target("127.0.0.1", self.running.stack.settings.http_port, "localhost", tls=False)

    @property
    def trust(self) -> Trust:
        return Trust(Path(self.running.ca))

    def __enter__(self) -> Self:
        self.running = OpenClawStack(proxy=self.kind).start()
        self.token = Secret(self.running.token)
        self.pristine = {FILES[self.kind]: (self.folder / FILES[self.kind]).read_text()}
        self.applied = dict(self.pristine)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.running.stop()

    def container(self, service: str) -> str:
        return self.running.container(CALLED.get(service, service))

    def edit(self, where: str, changes: Mapping[str, str]) -> None:
        path = self.folder / where
        text = path.read_text()
        for old, new in changes.items():
            assert old in text, f"{old!r} is not in {where}"
            text = text.replace(old, new)
        path.write_text(text)

    def apply(self) -> None:
        now = {where: (self.folder / where).read_text() for where in self.pristine}
        if now != self.applied:
            self.restart("web")
        self.applied = now

    def restore(self) -> None:
        for where, text in self.pristine.items():
            if (self.folder / where).read_text() != text:
                (self.folder / where).write_text(text)
        self.apply()

    def restart(self, service: str) -> None:
        docker("restart", "--time", "3", self.container(service), check=False)

    def doctor(self, *, recorded: bool = False) -> Said:
        return diagnose(folder=self.folder)

    def mend(self) -> str:
        return mend(folder=self.folder)
