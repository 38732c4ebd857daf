"""A server with IPv6 alone: published there, verified there, and what Docker does to visitors' addresses is said."""

from __future__ import annotations

import json
import secrets
import socket
from pathlib import Path

import pytest

from clawkit.probe import http
from clawkit.probe.target import Target
from clawkit.testing import free_ports
from conftest import Clawkit

pytestmark = [pytest.mark.docker, pytest.mark.long, pytest.mark.timeout(600)]


def has_ipv6() -> bool:
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 on this machine")
@pytest.mark.parametrize("proxy", ["caddy", "nginx"])
@pytest.mark.types("clawkit up --listen ::")
def test_it_is_served_and_verified_over_ipv6(proxy: str, tmp_path: Path) -> None:
    plain, secure = free_ports(2)
    clawkit = Clawkit(tmp_path / secrets.token_hex(4))
    try:
        said = clawkit("up", "--proxy", proxy, "--listen", "::", "--http-port", str(plain), "--https-port", str(secure))
        assert said.code == 0, said.err + said.out
        assert http.get(Target("::1", secure, "localhost"), "/healthz").status == 200
        assert http.get(Target("127.0.0.1", secure, "localhost"), "/healthz").failure is not None
        checks = {one["id"]: one for one in json.loads(clawkit("verify", "--json").out)["checks"]}
        assert checks["every-address"]["summary"].endswith("::1")
        assert {one["id"] for one in checks.values() if one["outcome"] != "ok"} <= {"one-address"}
    finally:
        clawkit("down", "--volumes", "--yes")
