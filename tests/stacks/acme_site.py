"""A deployment that gets its certificate from Pebble, taken through its life by the command line."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import secrets
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from acme import Pebble, docker, free_ports, host_address, image
from acme_knobs import Knobs
from acme_limited import RateLimited
from acme_visitors import Door
from versions import Version

from conftest import Clawkit, Said

DOMAIN, EMAIL = "claw.test", "me@claw.test"


@dataclass(frozen=True, slots=True)
class Site:
    clawkit: Clawkit
    version: Version
    pebble: Pebble
    limited: RateLimited
    """Stands in front of Pebble and passes everything on until it is told to limit."""

    @property
    def door(self) -> Door:
        return self.door_for(self.pebble)

    def door_for(self, pebble: Pebble, name: str = DOMAIN) -> Door:
        return Door(pebble.address, self.pebble.https_port, name, pebble.ca)

    @property
    def token(self) -> str:
        return (self.clawkit.folder / "stack/secrets/main.token").read_text().strip()

    def up(self, *flags: str) -> Said:
        return self.clawkit("up", *flags)

    def first_up(self, *flags: str) -> Said:
        pebble = self.pebble
        return self.up("--name", f"clawkit-test-{secrets.token_hex(4)}", "--domain", DOMAIN, "--email", EMAIL,
                       "--listen", pebble.address, "--http-port", str(pebble.http_port),
                       "--https-port", str(pebble.https_port), *self.issued_by(pebble, self.limited.directory),
                       *self.version.flags(), *flags)  # fmt: skip

    def issued_by(self, pebble: Pebble, directory: str = "") -> tuple[str, ...]:
        return ("--acme-directory", directory or pebble.directory, "--acme-ca", str(pebble.ca))

    def container(self, service: str) -> str:
        labels = (f"service={service}", f"project.working_dir={self.clawkit.folder}/stack")
        filters = (word for label in labels for word in ("--filter", f"label=com.docker.compose.{label}"))
        return docker("ps", "--quiet", *filters)

    def gateway_ready(self) -> float:
        """Wall-clock time at which the gateway said that it listens."""
        log = subprocess.run(["docker", "logs", "--timestamps", self.container("gateway")],
                             capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
        line = next(line for line in (log.stdout + log.stderr).splitlines() if "http server listening" in line)
        return dt.datetime.fromisoformat(line.split()[0][:26] + "+00:00").timestamp()


@contextlib.contextmanager
def site(version: Version, folder: Path, knobs: Knobs) -> Iterator[Site]:
    """Not up yet; gone afterwards in every case."""
    http_port, https_port = free_ports(host_address(), 2)
    clawkit = Clawkit(folder / secrets.token_hex(4))
    with Pebble(http_port, https_port, knobs) as pebble, RateLimited(pebble) as limited:
        try:
            yield Site(clawkit, version, pebble, limited)
        finally:
            clawkit("down", "--volumes", "--yes")


def assert_green(site: Site) -> None:
    """Everything is ok; the name alone is Pebble's invention, so this host's DNS does not know it."""
    said = site.clawkit("verify", "--json")
    found = json.loads(said.out)
    odd = [check for check in found["checks"] if check["outcome"] != "ok"]
    # of its reason nothing is asked: a name server may also be late
    assert [(check["id"], check["outcome"]) for check in odd] == [("dns", "warning")], odd
    assert (said.code, found["ok"]) == (0, True)


def up_watched(site: Site) -> tuple[Said, float]:
    """The first `up`, and the wall-clock time of the first visit with the authority's certificate."""
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=1) as pool:
        seen = pool.submit(site.door.first_seen, stop)
        try:
            said = site.first_up()
        finally:
            stop.set()
        return said, seen.result()


@contextlib.contextmanager
def stranger(pebble: Pebble) -> Iterator[str]:
    """Address of another machine with a web server on port 80, which knows nothing of challenges."""
    name = f"{pebble.name}-stranger"
    docker("run", "--detach", "--init", "--name", name, image(), "python3", "-m", "http.server", str(pebble.http_port))
    try:
        yield docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", name)
    finally:
        docker("rm", "--force", name)
