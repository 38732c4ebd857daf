"""Machines of a Swarm on this one: a Docker daemon each, in a network namespace of its own, all on one switch.

Each has its own data root, exec root and mounts, so that nothing of it meets the engine of this machine, and all of
it is gone when it ends: processes, namespaces, the switch, mounts and data.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

RUN = Path("/run")
"""Sockets lie in it: their paths may have 107 characters (unix(7))."""
DATA = Path("/var/tmp")
"""On a disk: overlay2 does not stand on an overlay or on memory."""

BRIDGES = "10.214.0.0/16"
"""For docker_gwbridge: Docker's own choice could be what this machine's docker0 has, which a test means by it."""

START_SECONDS = 40
LOAD_SECONDS = 300
SECONDS = 90


@dataclass
class Node:
    """One daemon; `address` is the node's own, at which its published ports answer."""

    name: str
    address: str
    run: Path
    data: Path
    daemon: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        """What DOCKER_HOST has to be to talk to it."""
        return f"unix://{self.run}/docker.sock"

    def docker(self, *words: str, seconds: float = SECONDS) -> str:
        done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=seconds,
                              env={**os.environ, "DOCKER_HOST": self.host})  # fmt: skip
        assert done.returncode == 0, f"docker {' '.join(words)}: {done.stderr}{self.said()}"
        return done.stdout.strip()

    def said(self) -> str:
        path = self.run / "dockerd.log"
        return "\n" + "\n".join(path.read_text(errors="replace").splitlines()[-20:]) if path.exists() else ""

    def start(self) -> None:
        (self.run / "daemon.json").write_text("{}")
        # nobody answers there: what asks for a registry is refused at once
        (self.run / "resolv.conf").write_text(f"nameserver {self.address.rpartition('.')[0]}.1\n")
        with (self.run / "dockerd.log").open("ab") as log:
            self.daemon = subprocess.Popen(self._command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                           start_new_session=True)  # fmt: skip
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.daemon.poll() is None:
            with suppress(AssertionError, subprocess.TimeoutExpired):
                self.docker("version", "--format", "{{.Server.Version}}", seconds=10)
                return
            time.sleep(0.3)
        raise AssertionError(f"{self.name} does not start:{self.said()}")

    def _command(self) -> list[str]:
        """nsenter and not `ip netns exec`, which hides the cgroups; unshare, so that its mounts go with it."""
        inside = 'hostname "$0" && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'
        return [
            "nsenter", f"--net=/run/netns/{self.name}", "unshare", "--mount", "--uts", "--propagation=private",
            "sh", "-c", inside, self.name, f"{self.run}/resolv.conf",
            "dockerd", f"--host={self.host}", f"--data-root={self.data}", f"--exec-root={self.run}/exec",
            f"--pidfile={self.run}/docker.pid", f"--default-address-pool=base={BRIDGES},size=24",
            "--bridge=none", "--storage-driver=overlay2",
            f"--cgroup-parent=/{self.name}", f"--config-file={self.run}/daemon.json",
        ]  # fmt: skip

    def kill(self) -> None:
        """As a loss of power: nothing of it is asked to stop."""
        for _ in range(3):  # what was being started may have missed the first round
            for pid in self._processes():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)
        if self.daemon is not None:
            self.daemon.wait(10)

    def _processes(self) -> set[int]:
        """Its daemon, containerd and shims by the folder that they were started with; its containers by their group."""
        found = {self.daemon.pid} if self.daemon is not None and self.daemon.poll() is None else set()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    words = (entry / "cmdline").read_bytes()
                    group = (entry / "cgroup").read_text()
                    if str(self.run).encode() + b"/" in words or f":/{self.name}/" in group:
                        found.add(int(entry.name))
        return found - {os.getpid()}


@dataclass
class Nodes:
    """The first one is the manager."""

    prefix: str
    subnet: str
    all: list[Node] = field(default_factory=list)

    @property
    def switch(self) -> str:
        return f"{self.prefix}sw"

    @property
    def manager(self) -> Node:
        return self.all[0]

    def environ(self, folder: Path) -> dict[str, str]:
        """For who works on the manager, with a Docker context for each node, as `docker context create` makes them."""
        environ = {"DOCKER_HOST": self.manager.host, "DOCKER_CONFIG": str(folder)}
        for node in self.all:
            subprocess.run(["docker", "context", "create", node.name, "--docker", f"host={node.host}"], check=True,
                           capture_output=True, env={**os.environ, **environ, "DOCKER_HOST": ""})  # fmt: skip
        return environ

    def named(self, number: int) -> Node:
        """1 is the manager."""
        return self.all[number - 1]


def impossible() -> str:
    """Why there can be no such nodes on this machine; empty where they can be."""
    missing = [name for name in ("dockerd", "ip", "nsenter", "unshare") if not shutil.which(name)]
    if missing or os.geteuid():
        return f"nodes of a Swarm need {', '.join(missing) or 'root'}"
    name = f"swk{secrets.token_hex(2)}"
    done = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, timeout=30)
    _ip("netns", "del", name, tolerant=True)
    return f"no network namespaces here: {done.stderr.strip()}" if done.returncode else ""


@contextmanager
def swarm(count: int, images: Sequence[tuple[int, Sequence[str]]] = ()) -> Iterator[Nodes]:
    """`images`: number of a node -> what this machine's engine hands to it."""
    prefix = f"swk{secrets.token_hex(2)}"
    nodes = Nodes(prefix, f"10.213.{secrets.randbelow(200) + 20}")
    try:
        _bridge(nodes)
        for number in range(1, count + 1):
            nodes.all.append(_node(nodes, number))
        for node in nodes.all:
            node.start()
        _joined(nodes)
        for number, refs in images:
            hand_over(nodes.named(number), refs)
        yield nodes
    finally:
        _remove(nodes)


def _bridge(nodes: Nodes) -> None:
    """In a namespace of its own: in this one, Docker's firewall drops what is forwarded."""
    switch = nodes.switch
    _ip("netns", "add", switch)
    _ip("-n", switch, "link", "add", "br0", "type", "bridge")
    _ip("-n", switch, "link", "set", "br0", "up")
    _ip("link", "add", nodes.prefix, "type", "veth", "peer", "name", "eth0", "netns", switch)
    _ip("-n", switch, "link", "set", "eth0", "master", "br0", "up")
    _ip("addr", "add", f"{nodes.subnet}.1/24", "dev", nodes.prefix)
    _ip("link", "set", nodes.prefix, "up")


def _node(nodes: Nodes, number: int) -> Node:
    name = f"{nodes.prefix}n{number}"
    node = Node(name, f"{nodes.subnet}.{number + 1}", RUN / name, DATA / name)
    node.run.mkdir()
    node.data.mkdir()
    _ip("netns", "add", name)
    _ip("-n", nodes.switch, "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("-n", nodes.switch, "link", "set", name, "master", "br0", "up")
    _ip("-n", name, "addr", "add", f"{node.address}/24", "dev", "eth0")
    _ip("-n", name, "link", "set", "lo", "up")
    _ip("-n", name, "link", "set", "eth0", "up")
    _ip("-n", name, "route", "add", "default", "via", f"{nodes.subnet}.1")
    return node


def _joined(nodes: Nodes) -> None:
    manager = nodes.manager
    manager.docker("swarm", "init", f"--advertise-addr={manager.address}", f"--listen-addr={manager.address}:2377")
    token = manager.docker("swarm", "join-token", "--quiet", "worker")
    for node in nodes.all[1:]:
        node.docker("swarm", "join", f"--token={token}", f"--advertise-addr={node.address}",
                    f"{manager.address}:2377")  # fmt: skip


def hand_over(node: Node, refs: Sequence[str]) -> None:
    with subprocess.Popen(["docker", "save", *refs], stdout=subprocess.PIPE) as saving:
        subprocess.run(["docker", "load", "--quiet"], stdin=saving.stdout, check=True, timeout=LOAD_SECONDS,
                       stdout=subprocess.DEVNULL, env={**os.environ, "DOCKER_HOST": node.host})  # fmt: skip
    assert saving.returncode == 0


def _remove(nodes: Nodes) -> None:
    for node in nodes.all:
        with suppress(Exception):
            node.kill()
    for name in [f"{nodes.prefix}n{number}" for number in range(1, 10)]:
        _ip("netns", "del", name, tolerant=True)
        for mount in _mounts(f"/{name}/"):
            subprocess.run(["umount", "--lazy", mount], check=False, capture_output=True)
        for folder in (RUN / name, DATA / name):
            shutil.rmtree(folder, ignore_errors=True)
        _groups(name)
    _ip("link", "del", nodes.prefix, tolerant=True)
    _ip("netns", "del", nodes.switch, tolerant=True)


def _mounts(part: str) -> list[str]:
    lines = Path("/proc/self/mounts").read_text().splitlines()
    return [line.split()[1] for line in reversed(lines) if part in line.split()[1]]


def _groups(name: str) -> None:
    """Empty by now; a directory of cgroups is removed from its leaves."""
    for root in Path("/sys/fs/cgroup").glob(f"*/{name}"):
        for folder in sorted((path for path in root.rglob("*") if path.is_dir()), reverse=True):
            with suppress(OSError):
                folder.rmdir()
        with suppress(OSError):
            root.rmdir()


def _ip(*words: str, tolerant: bool = False) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=30)
    assert tolerant or done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
