"""A real ACME authority with its own name server, for a test: Debian's Pebble (letsencrypt/pebble, 2.4.0).

    with Pebble(http_port=stack_http, https_port=stack_https) as pebble:
        clawkit("up", "--acme-directory", pebble.directory, "--acme-ca", str(pebble.ca), ...)

It validates http-01 and tls-alpn-01 on the two ports given, on whatever address its name server tells: the host's
own address on docker0, where every container of every project and the host itself reach what a stack publishes.
"""

from __future__ import annotations

import http.client
import json
import secrets
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from acme_knobs import Knobs
from images_local import FOLDER, base, local_image

from clawkit.engine.images import DockerImages
from clawkit.images import recipes
from clawkit.tls.authority import make_leaf, make_root

Answer = TypeVar("Answer")

START_SECONDS = 20


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def host_address() -> str:
    """The host on docker0: the one address that containers of all networks and the host itself share."""
    config = "{{(index .IPAM.Config 0).Gateway}} {{(index .IPAM.Config 0).Subnet}}"
    words = docker("network", "inspect", "bridge", "--format", config).split()
    assert words, "this engine has no default bridge: its address is what Pebble and the stacks meet on"
    # Docker 20.10 leaves the gateway out until its second start: it is then the first address of the subnet
    return words[0] if "/" not in words[0] else str(next(ip_network(words[0]).hosts()))


def free_ports(address: str, count: int) -> tuple[int, ...]:
    """Ports of this address that nobody holds at this moment; fixed, so that they survive stop and start."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind((address, 0))
        return tuple(one.getsockname()[1] for one in held)
    finally:
        for one in held:
            one.close()


class Pebble:
    """`http_port` and `https_port` are those that the stack under test publishes on `pebble.address`."""

    def __init__(self, http_port: int, https_port: int, knobs: Knobs | None = None) -> None:
        self.knobs = knobs or Knobs()
        self.address = host_address()
        self.name = f"clawkit-test-pebble-{secrets.token_hex(4)}"
        self.http_port, self.https_port = http_port, https_port
        self._port, self._management, self._dns = free_ports(self.address, 3)
        self._folder = tempfile.TemporaryDirectory(prefix="clawkit-pebble-")

    @property
    def directory(self) -> str:
        return f"https://{self.address}:{self._port}/dir"

    @property
    def ca(self) -> Path:
        """What a client of the kit must trust: the directory's own root, and the roots that Pebble issues from."""
        return Path(self._folder.name, "ca.pem")

    @property
    def dns_api(self) -> str:
        """challtestsrv's management API, for a DNS-01 hook: POST {"host": "_acme-challenge…", "value": …} /set-txt."""
        return f"http://{self.address}:{self._dns}"

    def set_address(self, name: str, ip: str) -> None:
        """The name server answers this name with `ip`; an empty one brings the default back."""
        self._tell("clear-a", {"host": name})
        if ip:
            self._tell("add-a", {"host": name, "addresses": [ip]})

    def break_dns(self) -> None:
        """No name has an address any more, except those of set_address."""
        self._tell("set-default-ipv4", {"ip": ""})

    def mend_dns(self) -> None:
        self._tell("set-default-ipv4", {"ip": self.address})

    def stop(self) -> None:
        """Connections are refused. Only the network goes: Pebble would forget its accounts and its root."""
        docker("network", "disconnect", "bridge", self.name)

    def start(self) -> None:
        docker("network", "connect", "bridge", self.name)
        patiently(self.root)

    def log(self) -> str:
        done = subprocess.run(["docker", "logs", self.name], capture_output=True, text=True, timeout=60, check=True)
        return done.stdout + done.stderr

    def orders(self) -> int:
        """How many orders the authority was asked for, refused ones included."""
        return self.log().count("POST /order-plz -> calling handler()")

    def issued(self) -> int:
        return self.log().count("Issued certificate serial")

    def root(self) -> str:
        """The root that it issues from, made anew at each start."""
        return self._get("/roots/0")

    def __enter__(self) -> Self:
        try:
            self._run()
            patiently(self.mend_dns)
            self.ca.write_text(self.ca.read_text() + patiently(self.root))
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    @property
    def identity(self) -> tuple[Path, Path]:
        """Certificate and key of the directory, for a test's server that stands in front of it."""
        return Path(self._folder.name, "cert.pem"), Path(self._folder.name, "key.pem")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        if error is not None:
            error.add_note(f"--- pebble\n{self._last_words()}")
        docker("rm", "--force", "--volumes", self.name)
        self._folder.cleanup()

    def _run(self) -> None:
        folder = Path(self._folder.name)
        root = make_root("test")
        leaf = make_leaf(root, [self.address])
        self.ca.write_text(root.certificate)
        config = {"pebble": self.knobs.config(self.http_port, self.https_port)}
        for name, text in (("cert.pem", leaf.certificate), ("key.pem", leaf.key), ("pebble.json", json.dumps(config))):
            (folder / name).write_text(text)
        environment = {**self.knobs.environment(), "HOST_ADDRESS": self.address}
        published = ((self._port, 14000), (self._management, 15000), (self._dns, 8055))
        docker("run", "--detach", "--init", "--name", self.name, "--volume", f"{folder}:/pebble:ro",
               *(word for name, value in environment.items() for word in ("--env", f"{name}={value}")),
               *(word for ours, its in published for word in ("--publish", f"{self.address}:{ours}:{its}")),
               image(self.knobs.current))  # fmt: skip

    def _get(self, path: str) -> str:
        trust = ssl.create_default_context(cafile=self.ca)
        connection = http.client.HTTPSConnection(self.address, self._management, timeout=5, context=trust)
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        assert answer.status == 200, f"{path}: {answer.status} {text}"
        return text

    def _tell(self, verb: str, body: dict[str, object]) -> None:
        connection = http.client.HTTPConnection(self.address, self._dns, timeout=5)
        connection.request("POST", f"/{verb}", json.dumps(body))
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        assert answer.status == 200, f"{verb} {body}: {answer.status} {text}"

    def _last_words(self) -> str:
        try:
            return "\n".join(self.log().splitlines()[-40:])
        except subprocess.SubprocessError as error:
            return f"no log: {error}"


def patiently(ask: Callable[[], Answer], limit: float = START_SECONDS) -> Answer:
    """The answer of a server that is starting, or that will have its certificate in a moment."""
    deadline = time.monotonic() + limit
    while True:
        try:
            return ask()
        except (OSError, http.client.HTTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def image(current: bool = False) -> str:
    engine, files = DockerImages(), {"apt-install": recipes.folder() / "apt-install"}
    older = local_image(engine, "pebble", base(engine), {**files, "pebble-start": FOLDER / "pebble-start"})
    return local_image(engine, "pebble-current", older, files, release="trixie") if current else older
