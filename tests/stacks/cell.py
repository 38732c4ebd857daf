"""A gateway as `openclaw fleet` makes one: a container on a bridge of its own, with its own token; none of ours.

Its port is published where containers reach it; fleet itself publishes on 127.0.0.1 alone.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from images_local import kit_image

from clawkit.engine.images import DockerImages
from clawkit.probe import http
from clawkit.probe.target import Target
from clawkit.subnet import choose, host, host_networks
from clawkit.testing import free_ports
from conftest import docker
from faults.patience import until

REACHED = "172.17.0.1"
"""The host on Docker's default bridge."""
NODE = 1000
FOR_SOMEBODY = {"X-Forwarded-For": "192.0.2.254"}
START_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Cell:
    container: str
    port: int
    token: str
    subnet: str

    @property
    def upstream(self) -> str:
        return f"http://{REACHED}:{self.port}"

    @property
    def bridge(self) -> str:
        """What it takes everybody for who comes through the published port."""
        return host(self.subnet, 1)

    def started(self) -> bool:
        """Asked as by a proxy, which it wants to know for whom it asks."""
        return http.get(Target(REACHED, self.port, REACHED, tls=False), "/startupz", headers=FOR_SOMEBODY).status == 200


def owned(origin: str, trusted: Sequence[str]) -> str:
    return json.dumps({"gateway": {
        "mode": "local", "bind": "lan", "port": 18789,
        "auth": {"mode": "token", "token": {"source": "env", "provider": "default", "id": "OPENCLAW_GATEWAY_TOKEN"}},
        "trustedProxies": list(trusted), "publicOrigin": origin, "controlUi": {"allowedOrigins": [origin]},
    }})  # fmt: skip


@contextmanager
def cell(origin: str) -> Iterator[Cell]:
    name = f"claw-cell-{secrets.token_hex(3)}"
    state = Path(tempfile.mkdtemp(prefix=name))
    made = Cell(name, free_ports(1)[0], secrets.token_urlsafe(32), f"{choose(name, host_networks())[:-3]}/28")
    environment = state.with_suffix(".env")
    environment.write_text(f"OPENCLAW_GATEWAY_TOKEN={made.token}\nOPENCLAW_DISABLE_BONJOUR=1\n")
    (state / "openclaw.json").write_text(owned(origin, [made.bridge]))
    for path in (state, state / "openclaw.json"):
        os.chown(path, NODE, NODE)
    try:
        docker("network", "create", "--subnet", made.subnet, name)
        docker("run", "--detach", "--name", name, "--network", name, "--publish", f"{REACHED}:{made.port}:18789",
               "--volume", f"{state}:/home/node/.openclaw", "--env-file", str(environment), "--memory", "2g", "--init",
               kit_image(DockerImages(), "openclaw"))  # fmt: skip
        until(made.started, bool, START_SECONDS, "the cell")
        yield made
    finally:
        docker("rm", "--force", "--volumes", name)
        docker("network", "rm", name)
        environment.unlink()
        shutil.rmtree(state)
