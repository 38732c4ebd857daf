"""A container's view of the machine without a container: own network, own root, so a rendered file runs unchanged."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS, SIOCSIFADDR = 0x8914, 0x8916
UP_AND_RUNNING = 0x1 | 0x40
USER = "1000:1000"

# The host's programs and libraries, the given files where the container has them, everything else empty. The port
# setting is what Docker does for its containers: ports below 1024 need no privilege.
ROOT = """
set -eu
mount -t tmpfs -o mode=755,size=300m proxies "$ROOT"
for name in bin sbin lib lib32 lib64 usr dev proc; do
  if [ -L "/$name" ]; then cp -a "/$name" "$ROOT/$name"
  elif [ -d "/$name" ]; then mkdir "$ROOT/$name"; mount --rbind "/$name" "$ROOT/$name"; fi
done
mkdir -p "$ROOT/etc/clawkit" "$ROOT/tls" "$ROOT/acme" "$ROOT/opt"
for name in tmp data config; do mkdir -m 1777 "$ROOT/$name"; done
mount --bind "$FILES" "$ROOT/etc/clawkit"
mount --bind "$TLS" "$ROOT/tls"
mount --bind "$PROGRAM" "$ROOT/opt"
echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start
echo ready
exec cat
"""


@dataclass(frozen=True, slots=True)
class Namespace:
    """Lives as long as its holder, which ends with its standard input: nothing survives a killed test run."""

    holder: subprocess.Popen[bytes]
    root: Path

    def start(self, command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        """Runs a program inside as an ordinary user; what it prints goes to the log."""
        log.touch(mode=0o666)
        log.chmod(0o666)  # nginx opens /dev/stdout again, and the umask is not ours to know
        where = f"/proc/{self.holder.pid}/ns"
        with log.open("ab") as out:
            return subprocess.Popen(
                ["nsenter", f"--mount={where}/mnt", f"--net={where}/net", "--",
                 "chroot", f"--userspec={USER}", str(self.root), *command],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env={"HOME": "/", "XDG_DATA_HOME": "/data", "XDG_CONFIG_HOME": "/config",
                     "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            )  # fmt: skip

    def inside(self, function: Callable[[], T]) -> T:
        """Runs a function in a thread of its own that stands in the namespace; sockets made there stay there."""
        box: list[T] = []
        errors: list[BaseException] = []

        def body() -> None:
            try:
                enter(self.holder.pid)
                box.append(function())
            except BaseException as error:  # carried over to the caller's thread
                errors.append(error)

        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
        if errors:
            raise errors[0]
        return box[0]

    def connect(self, port: int, *, source: str, timeout: float = 10) -> socket.socket:
        made = self.inside(lambda: socket.create_connection(("127.0.0.1", port), timeout, source_address=(source, 0)))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as browsers do; else 40 ms for each request
        return made

    def listen(self, address: str, port: int) -> socket.socket:
        return self.inside(lambda: socket.create_server((address, port)))

    def close(self) -> None:
        assert self.holder.stdin and self.holder.stdout
        self.holder.stdin.close()
        self.holder.wait(10)
        self.holder.stdout.close()


def create(root: Path, *, files: Path, tls: Path, program: Path, addresses: Sequence[str]) -> Namespace:
    root.mkdir(parents=True)
    holder = subprocess.Popen(
        ["unshare", "--mount", "--net", "--propagation", "private", "sh", "-c", ROOT],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "ROOT": str(root), "FILES": str(files), "TLS": str(tls), "PROGRAM": str(program)},
    )  # fmt: skip
    assert holder.stdout
    assert holder.stdout.readline() == b"ready\n", "the namespace could not be made"
    namespace = Namespace(holder, root)
    namespace.inside(lambda: bring_up(addresses))
    return namespace


def enter(pid: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/proc/{pid}/ns/net") as handle:
        if libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def bring_up(addresses: Sequence[str]) -> None:
    """`ip link set lo up` and `ip address add`, without needing iproute2 on the machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", UP_AND_RUNNING, b""))
        for number, address in enumerate(addresses, 1):
            name = f"lo:{number}".encode()
            fcntl.ioctl(control, SIOCSIFADDR, struct.pack("16sHH4s8s", name, socket.AF_INET, 0,
                                                          socket.inet_aton(address), b""))  # fmt: skip


def why_not() -> str:
    """Why namespaces cannot be made here; empty when they can."""
    if os.geteuid() != 0:
        return "needs root for network and mount namespaces"
    tried = subprocess.run(["unshare", "--mount", "--net", "true"], capture_output=True, text=True)
    return tried.stderr.strip()
