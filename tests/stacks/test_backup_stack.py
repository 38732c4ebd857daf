"""A backup of a running stack under a WebSocket, everything destroyed, and the deployment back from the one file."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import websockets
from cryptography import x509

from clawkit.testing import free_ports
from conftest import Clawkit, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]

FILE = "/home/node/.openclaw/workspace/mine.txt"


@pytest.fixture(scope="module", params=["nginx", pytest.param("caddy", marks=pytest.mark.long)])
def clawkit(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clawkit]:
    run = Clawkit(tmp_path_factory.mktemp("backup") / secrets.token_hex(4))
    http_port, https_port = free_ports(2)
    said = run("up", "--proxy", request.param, "--http-port", str(http_port), "--https-port", str(https_port),
               "--listen", "127.0.0.1")  # fmt: skip
    try:
        assert said.code == 0, said.err + said.out
        yield run
    finally:
        run("down", "--volumes", "--yes")


def gateway(clawkit: Clawkit) -> str:
    return f"clawkit-{clawkit.folder.name}-gateway-1"


def write(clawkit: Clawkit, text: str) -> None:
    docker("exec", gateway(clawkit), "sh", "-c", f"echo {text} > {FILE}")


def token(clawkit: Clawkit) -> str:
    return (clawkit.folder / "stack/secrets/main.token").read_text()


def served(clawkit: Clawkit) -> int:
    """Serial of the root, or of nginx's leaf: what may not change by a restore."""
    leaf = clawkit.folder / "stack/tls/site/main/live/fullchain.pem"
    path = leaf if leaf.exists() else clawkit.folder / "stack/tls/ca/ca.crt"
    return x509.load_pem_x509_certificate(path.read_bytes()).serial_number


async def hold_open(clawkit: Clawkit, job: asyncio.Future[object]) -> bool:
    """True when one WebSocket is open before the job and still afterwards."""
    url = json.loads(clawkit("status", "--json").out)["url"].replace("https", "wss")
    trust = ssl.create_default_context(cafile=clawkit.folder / "stack/tls/ca/ca.crt")
    async with websockets.connect(url, ssl=trust, server_hostname="localhost", origin=None) as socket:
        await socket.recv()
        await job
        await asyncio.wait_for(await socket.ping(), 10)
        return True


@pytest.mark.types("clawkit backup restore FILE")
def test_a_backup_of_a_running_stack_comes_back_on_an_empty_folder(clawkit: Clawkit, tmp_path: Path) -> None:
    write(clawkit, "before")
    before, serial, target = token(clawkit), served(clawkit), tmp_path / "all.tar.gz"

    async def backed_up() -> None:
        said = await asyncio.to_thread(clawkit, "backup", "create", str(target))
        assert said.code == 0, said.err

    async def together() -> bool:
        return await hold_open(clawkit, asyncio.ensure_future(backed_up()))

    assert asyncio.run(together())
    assert target.stat().st_mode & 0o777 == 0o600
    assert clawkit("backup", "verify", str(target)).code == 0
    assert clawkit("down", "--volumes", "--yes").code == 0
    shutil.rmtree(clawkit.folder)

    said = clawkit("backup", "restore", str(target))
    assert said.code == 0, said.err
    said = clawkit("up")
    assert said.code == 0, said.err + said.out
    assert token(clawkit) == before
    assert served(clawkit) == serial
    assert docker("exec", gateway(clawkit), "cat", FILE) == "before"
    assert json.loads(clawkit("verify", "--json").out)["ok"] is True


def test_a_restore_onto_a_running_stack_keeps_a_copy_and_ends_verified(clawkit: Clawkit, tmp_path: Path) -> None:
    write(clawkit, "first")
    target = tmp_path / "first.tar.gz"
    assert clawkit("backup", "create", str(target)).code == 0
    write(clawkit, "second")
    assert clawkit("backup", "restore", str(target)).code == 2  # nobody was asked
    said = clawkit("backup", "restore", str(target), "--yes", "--json")
    assert said.code == 0, said.err
    assert docker("exec", gateway(clawkit), "cat", FILE) == "first"
    safety = json.loads(said.out)["safety"]
    assert clawkit("backup", "verify", safety).code == 0
    assert not (clawkit.folder / ".clawkit-restore").exists()
    assert docker("exec", gateway(clawkit), "ls", "-A", "/home/node/.openclaw").find(".clawkit\n") == -1
