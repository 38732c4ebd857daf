"""A running OpenClaw that somebody else set up by hand, behind a proxy of either kind, in a folder of its own.

The gateway runs as long as the `with` lasts; a fault costs the restart of what it changed. The site has its real
ports, on the address that the host has on the project's own network, so that nobody else is met.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from images_local import kit_image
from versions import current_image

from chainmaker import Made, made
from clawkit.engine.images import DockerImages
from clawkit.probe.target import Target, Trust
from clawkit.settings.secret import Secret
from clawkit.subnet import choose, host_networks
from faults.certificates import Whole
from faults.docker import docker
from faults.doctor import Said, diagnose, mend
from faults.looks import SOCKET
from faults.patience import until

STRANGERS = Path(__file__).parent / "strangers"
NAME = "claw.example.net"
PROXY_FILES = {"nginx": ("nginx.conf",), "caddy": ("Caddyfile",)}
GATEWAY_FILES = ("state/openclaw.json",)
NODE = 1000
START_SECONDS = 120.0


@dataclass
class Foreign:
    kind: str
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="claw-at-home-")))
    project: str = field(default_factory=lambda: f"faults-{secrets.token_hex(3)}")
    token: Secret = field(default_factory=lambda: Secret(secrets.token_urlsafe(32)))
    pristine: dict[str, str] = field(default_factory=dict)
    applied: dict[str, str] = field(default_factory=dict)
    changed_at: float = field(default_factory=time.time)
    """When what runs was last made to follow the files; of the log a user would paste what came since."""
    root: Made = field(default_factory=lambda: made("A home's own root"))

    @property
    def name(self) -> str:
        return f"foreign {self.kind}"

    def __post_init__(self) -> None:
        self.prefix = choose(self.project, host_networks()).rpartition(".")[0]
        self.address = f"{self.prefix}.1"
        self.authority = made("A home's own authority", self.root)

    @property
    def target(self) -> Target:
        return Target(self.address, 443, NAME)

    @property
    def plain(self) -> Target:
        return Target(self.address, 80, NAME, tls=False)

    @property
    def trust(self) -> Trust:
        return Trust(self.folder.with_name(f"{self.folder.name}.root.pem"))

    @property
    def proxy_file(self) -> Path:
        return self.folder / PROXY_FILES[self.kind][0]

    def container(self, service: str) -> str:
        return f"{self.project}-{service}-1"

    # --- life

    def __enter__(self) -> Self:
        try:
            self._write()
            self.compose("up", "--detach")
            until(lambda: self._answers(), bool, START_SECONDS, f"{self.name}: the page")
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        if error is not None:
            error.add_note(self.logs())
        self.compose("down", "--volumes", "--timeout", "5", "--remove-orphans", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.trust.ca_file or self.folder).unlink(missing_ok=True)

    def _write(self) -> None:
        for path in (STRANGERS / self.kind).iterdir():
            text = path.read_text().replace("172.30.7", self.prefix)
            where = f"state/{path.name}" if path.name == "openclaw.json" else path.name
            self.pristine[where] = text
        engine = DockerImages()
        web = current_image("caddy") if self.kind == "caddy" else kit_image(engine, "nginx")
        self.pristine[".env"] = (
            f"CLAW_IMAGE={kit_image(engine, 'openclaw')}\nWEB_IMAGE={web}\n"
            f"OPENCLAW_GATEWAY_TOKEN={self.token.reveal()}\n"
        )
        leaf = made(NAME, self.authority, names=(NAME,))
        self.pristine["certs/fullchain.pem"] = leaf.pem + self.authority.pem
        self.pristine["certs/privkey.pem"] = leaf.key_pem
        assert self.trust.ca_file
        self.trust.ca_file.write_text(self.root.pem)
        for where, text in self.pristine.items():
            self.write(where, text)
        os.chmod(self.folder / ".env", 0o600)
        for path in (self.folder / "state", *(self.folder / "state").iterdir()):
            os.chown(path, NODE, NODE)
            path.chmod(0o700 if path.is_dir() else 0o600)
        self.applied = dict(self.pristine)
        self.folder.chmod(0o755)

    def _answers(self) -> bool:
        return SOCKET.healthy(SOCKET.at(self))

    # --- changing it

    def write(self, where: str, text: str) -> None:
        path = self.folder / where
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def edit(self, where: str, changes: Mapping[str, str]) -> None:
        if isinstance(changes, Whole):
            self.write(where, changes.made(self))
            return
        text = (self.folder / where).read_text()
        for old, new in changes.items():
            old, new = (part.replace("$BIND", self.address).replace("$PREFIX", self.prefix) for part in (old, new))
            assert old in text, f"{old!r} is not in {where}"
            text = text.replace(old, new)
        self.write(where, text)

    def apply(self) -> None:
        """Makes what runs follow the files, with as few restarts as can be."""
        self.changed_at = time.time()
        now = {where: (self.folder / where).read_text() for where in self.pristine}
        changed = {where for where, text in now.items() if text != self.applied[where]}
        self.applied = now
        if changed & {"compose.yaml", ".env"}:
            self.compose("up", "--detach", "--remove-orphans", check=False)
        if changed & set(GATEWAY_FILES):
            self.restart("claw")
        if any(where == self.proxy_file.name or where.startswith("certs/") for where in changed):
            self.restart("web")

    def restore(self) -> None:
        """As it was; a proxy that died of a name it could not find is started again."""
        for where, text in self.pristine.items():
            if (self.folder / where).read_text() != text:
                self.write(where, text)
        shutil.rmtree(self.folder / "recorded", ignore_errors=True)
        self.apply()

    def restart(self, service: str) -> None:
        docker("restart", "--time", "3", self.container(service), check=False)

    def compose(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(["docker", "compose", "--project-name", self.project, *words], cwd=self.folder,
                              capture_output=True, text=True, timeout=180)  # fmt: skip
        assert not check or done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def logs(self) -> str:
        return self.compose("ps", "--all", check=False) + self.compose("logs", "--tail", "30", check=False)

    # --- asking the doctor

    def doctor(self, *, recorded: bool = False) -> Said:
        if recorded:
            self.record()
        return diagnose(self.folder)

    def mend(self) -> str:
        return mend(self.folder)

    def _since(self, service: str) -> str:
        """Its last start, or an earlier one of the same trouble: a container that starts again and again says little
        in each of its short lives."""
        began = docker("inspect", "--format", "{{.State.StartedAt}}", self.container(service), check=False).strip()
        return min(began, datetime.fromtimestamp(self.changed_at, UTC).isoformat())

    def record(self) -> None:
        """What a user pastes when asked how it is."""
        below = self.folder / "recorded"
        below.mkdir(exist_ok=True)
        inspected = docker("inspect", self.container("claw"), self.container("web"), check=False)
        (below / "inspect.json").write_text(inspected)
        for service in ("claw", "web"):
            said = docker("logs", "--since", self._since(service), "--tail", "60", self.container(service), check=False)
            (below / f"{service}.log").write_text(said)
        seen = subprocess.run(["curl", "-sv", "--max-time", "10", "--resolve", f"{NAME}:443:{self.address}",
                               "--cacert", str(self.trust.ca_file), f"https://{NAME}/"],
                              capture_output=True, text=True, timeout=30)  # fmt: skip
        (below / "curl.txt").write_text(f"$ curl -v https://{NAME}/\n{seen.stderr}{seen.stdout[:600]}\n")
