"""A zone that takes updates signed with a TSIG key (RFC 2136): Debian's Knot DNS in a container.

    with DnsServer("claw.test") as dns, Pebble(http_port, https_port, Knobs(dns_server=dns.where)) as pebble:
        credentials.write_text(dns.credentials())
        clawkit("up", "--acme-challenge", "dns-01", "--dns-rfc2136", str(credentials), ...)

The authority asks it over UDP and certbot over TCP, both on the host's address on docker0.
"""

from __future__ import annotations

import base64
import secrets
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from acme import docker, free_ports, host_address, patiently
from images_local import base, local_image

from clawkit.engine.images import DockerImages
from clawkit.images import recipes

KEY_NAME = "clawkit-acme"

CONFIG = """\
server:
    listen: 0.0.0.0@53
    rundir: /tmp
log:
  - target: stdout
    any: info
database:
    storage: /tmp
key:
  - id: {key}
    algorithm: hmac-sha256
    secret: {secret}
acl:
  - id: updates
    key: {key}
    action: update
zone:
  - domain: {zone}
    file: /knot/zone
    # the file is the test's, and the record is gone with the container
    zonefile-sync: -1
    acl: updates
"""

ZONE = """\
$ORIGIN {zone}.
$TTL 60
@ SOA ns admin 1 3600 600 86400 60
@ NS ns
ns A {address}
"""
"""No address of the name itself: only a TXT record can prove who owns it."""


class DnsServer:
    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.address = host_address()
        self.secret = base64.b64encode(secrets.token_bytes(32)).decode()
        self.name = f"clawkit-test-dns-{secrets.token_hex(4)}"
        self._port = free_ports(self.address, 1)[0]
        self._folder = tempfile.TemporaryDirectory(prefix="clawkit-dns-")

    @property
    def where(self) -> str:
        return f"{self.address}:{self._port}"

    def credentials(self, secret: str = "") -> str:
        """The file that certbot-dns-rfc2136 takes; another secret is one that the server refuses."""
        return (f"dns_rfc2136_server = {self.address}\ndns_rfc2136_port = {self._port}\n"
                f"dns_rfc2136_name = {KEY_NAME}\ndns_rfc2136_secret = {secret or self.secret}\n"
                "dns_rfc2136_algorithm = HMAC-SHA256\n")  # fmt: skip

    def log(self) -> str:
        done = subprocess.run(["docker", "logs", self.name], capture_output=True, text=True, timeout=60, check=True)
        return done.stdout + done.stderr

    def updates(self) -> int:
        """How many updates were accepted."""
        return self.log().count("DDNS, finished")

    def __enter__(self) -> Self:
        try:
            self._run()
            patiently(self._loaded)
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        if error is not None:
            done = subprocess.run(["docker", "logs", self.name], capture_output=True, text=True, timeout=60)
            error.add_note(f"--- name server\n{done.stdout}{done.stderr}")
        docker("rm", "--force", "--volumes", self.name)
        self._folder.cleanup()

    def _run(self) -> None:
        folder = Path(self._folder.name)
        (folder / "knot.conf").write_text(CONFIG.format(key=KEY_NAME, secret=self.secret, zone=self.zone))
        (folder / "zone").write_text(ZONE.format(zone=self.zone, address=self.address))
        published = (word for kind in ("udp", "tcp") for word in ("--publish", f"{self.where}:53/{kind}"))
        docker("run", "--detach", "--init", "--name", self.name, "--volume", f"{folder}:/knot:ro",
               *published, image())  # fmt: skip

    def _loaded(self) -> None:
        if f"[{self.zone}.] loaded" not in self.log():
            raise ConnectionError(f"{self.zone} is not loaded yet:\n{self.log()}")


def image() -> str:
    engine = DockerImages()
    return local_image(engine, "knot", base(engine), {"apt-install": recipes.folder() / "apt-install"})
