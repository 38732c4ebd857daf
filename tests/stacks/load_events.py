"""What happens to a gateway and its proxy on an ordinary or a bad day, each event until the gateway answers again."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from breaking import compose, reload
from load import Load, Site, Tally

from clawkit import bringup
from clawkit import deployment as deployments
from clawkit.engine.docker import DockerEngine
from clawkit.probe import http
from clawkit.probe.target import Target
from clawkit.settings.secret import Secret
from clawkit.testing import OpenClawStack
from clawkit.tls.authority import make_leaf
from clawkit.tls.pair import Pair
from conftest import docker

BEFORE_SECONDS, AFTER_SECONDS = 2.0, 3.0
BACK_SECONDS = 150.0
STOPPED_SECONDS = 3.0
"""How long a gateway stays down between `stop` and `start`."""


def site_of(stack: OpenClawStack) -> Site:
    return Site(Target("127.0.0.1", stack.port, "localhost"), Path(stack.ca), Secret(stack.token))


def under_load(site: Site, event: Callable[[], None]) -> Tally:
    """The event in the middle of mixed traffic, which goes on until the gateway has started again."""
    with Load(site) as load:
        time.sleep(BEFORE_SECONDS)
        event()
        load.event_is_over()
        wait_until_started(site)
        time.sleep(AFTER_SECONDS)
    return load.tally


def wait_until_started(site: Site) -> None:
    end = time.monotonic() + BACK_SECONDS
    while http.get(site.target, "/startupz").document.get("status") != "started":
        assert time.monotonic() < end, "the gateway did not come back"
        time.sleep(0.1)


def restart(stack: OpenClawStack) -> None:
    docker("restart", stack.container("gateway"))


def kill(stack: OpenClawStack) -> None:
    """SIGKILL to OpenClaw, as the kernel does it when memory runs out; Docker starts the container again."""
    container = stack.container("gateway")
    before = restarts(container)
    docker("exec", container, "sh", "-c", "kill -9 $(cat /run/clawkit/pid)")
    end = time.monotonic() + BACK_SECONDS
    while restarts(container) == before:
        assert time.monotonic() < end, "Docker did not start the gateway again"


def restarts(container: str) -> int:
    return int(docker("inspect", "--format", "{{.RestartCount}}", container))


def stop_and_start(stack: OpenClawStack) -> None:
    compose(stack, "stop", "gateway")
    time.sleep(STOPPED_SECONDS)
    compose(stack, "start", "gateway")


def recreate(stack: OpenClawStack) -> None:
    """As an upgrade does: another container, another MAC address, the same IP address."""
    compose(stack, "up", "--detach", "--force-recreate", "--no-deps", "gateway")


def kill_and_recreate(stack: OpenClawStack) -> None:
    """The owner of the state dies without a word, and its successor is another container."""
    docker("kill", stack.container("gateway"))
    recreate(stack)


def reload_proxy(stack: OpenClawStack) -> None:
    reload(stack)


def change(stack: OpenClawStack) -> None:
    """A setting of the gateway by `clawkit up`: its files change, its container is replaced, the proxy's is not."""
    deployment = stack.deployment
    limit = 384 + (deployment.settings.gateway_pids == 384)
    deployments.keep(deployment, {"gateway_pids": limit})
    engine, changed = DockerEngine(), stack.deployment
    deployments.write(changed, changed.stack(changed.lock, engine.info()), changed.lock)
    engine.up(changed.project())


def renew(stack: OpenClawStack) -> None:
    """A new certificate in the folder where the proxy watches for one; Caddy renews its own ones by itself."""
    if not stack.stack.served_from_files:
        return
    folder = stack.folder / "stack/tls"
    root = Pair((folder / "ca/ca.crt").read_text(), (folder / "ca/ca.key").read_text())
    made, live = make_leaf(root, ("localhost",)), folder / "site/main/live"
    for name, text in (("privkey.pem", made.key), ("fullchain.pem", made.certificate)):
        path = live / name
        path.write_text(text)
    bringup.wait_for_reload(stack.deployment, stack.stack, DockerEngine(), lambda _text: None)


EVENTS: dict[str, Callable[[OpenClawStack], None]] = {
    "docker restart": restart,
    "kill -9, started again by Docker": kill,
    "stop, 3 s, start": stop_and_start,
    "another container": recreate,
    "kill -9, then another container": kill_and_recreate,
    "reload of the proxy": reload_proxy,
    "new certificate": renew,
    "setting changed, `up`": change,
}


def versions(stack: OpenClawStack) -> str:
    """The program in the proxy's container, as it says."""
    said = {"nginx": ("nginx", "-v"), "caddy": ("caddy", "version")}[stack.stack.proxy]
    done = subprocess.run(["docker", "exec", stack.container("proxy"), *said], capture_output=True, text=True,
                          timeout=30, check=True)  # fmt: skip
    found = re.search(r"\d+\.\d+\.\d+", done.stdout + done.stderr)
    assert found, done.stdout + done.stderr
    return f"{stack.stack.proxy} {found[0]}"


def health_words(container: str) -> str:
    found = json.loads(docker("inspect", "--format", "{{json .State.Health.Log}}", container))
    return " ".join(one["Output"] for one in found)
