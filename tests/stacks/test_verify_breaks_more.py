"""More checks that have been seen failing on a real stack: certificates, addresses, name, and OpenClaw's own audit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from breaking import compose, failing, gateway_with, proxy_with, put, result
from versions import every_day_on

from clawkit.check import Outcome
from clawkit.testing import OpenClawStack
from clawkit.tls.authority import make_leaf, make_root
from clawkit.tls.pair import Pair
from clawkit.verify.checks.one_address import sender
from conftest import docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600), every_day_on("caddy")]

SERVED = {
    "nginx": {"/tls/site/main/live/": "/tmp/"},
    "caddy": {
        "\ttls {\n\t\tissuer internal {\n\t\t\tca local\n\t\t}\n\t}\n": "\ttls /tmp/fullchain.pem /tmp/privkey.pem\n"
    },
}


def serve(stack: OpenClawStack, pair: Pair, root: Pair) -> None:
    put(stack, "/tmp/fullchain.pem", pair.certificate + root.certificate)
    put(stack, "/tmp/privkey.pem", pair.key)


def test_a_certificate_of_another_authority_is_not_trusted_and_no_token_is_sent(stack: OpenClawStack) -> None:
    root = make_root("somebody")
    serve(stack, make_leaf(root, ("localhost",)), root)
    with proxy_with(stack, SERVED[stack.stack.proxy]):
        found = {one.id: one for one in stack.verify()}
    assert {one.id for one in found.values() if one.outcome is Outcome.FAILED} == {"certificate-chain"}
    assert "not trusted by ca.crt" in found["certificate-chain"].summary
    assert found["websocket-auth"].reason == "certificate-chain did not pass"
    assert failing(stack) == set()


def test_a_certificate_for_another_name_is_noticed(stack: OpenClawStack) -> None:
    ca = stack.folder / "stack/tls/ca"
    root = Pair((ca / "ca.crt").read_text(), (ca / "ca.key").read_text())
    # Caddy shows a certificate for no other name than it was asked for; this one it takes for a match of all
    name = {"nginx": "elsewhere.test", "caddy": "*"}[stack.stack.proxy]
    serve(stack, make_leaf(root, (name,)), root)
    with proxy_with(stack, SERVED[stack.stack.proxy]):
        found = {one.id: one for one in stack.verify()}
    assert {one.id for one in found.values() if one.outcome is Outcome.FAILED} == {"certificate-name"}
    assert f"the certificate is for {name}, not for localhost" in found["certificate-name"].summary
    assert failing(stack) == set()


@pytest.fixture
def override(stack: OpenClawStack) -> Iterator[Path]:
    """compose.override.yaml of the user, gone again afterwards."""
    path = stack.folder / "stack/compose.override.yaml"
    yield path
    path.unlink(missing_ok=True)
    compose(stack, "up", "-d", "--no-deps", "proxy")
    stack.wait()


def published(stack: OpenClawStack, override: Path, *ports: str) -> None:
    override.write_text(json.dumps({"services": {"proxy": {"ports": ports}}}))
    compose(stack, "up", "-d", "--no-deps", "proxy")
    stack.wait()


def test_an_address_that_leads_to_another_server_is_named(stack: OpenClawStack, override: Path) -> None:
    published(stack, override, f"127.0.0.2:{stack.port}:80")
    assert failing(stack) == {"every-address"}
    assert result(stack, "every-address").summary.startswith("127.0.0.2 does not lead to this gateway")


def test_clients_that_come_through_dockers_own_proxy_share_one_address_and_it_is_said(
    stack: OpenClawStack, override: Path
) -> None:
    """An IPv6 client of a container that has IPv4 alone: Docker opens a connection of its own."""
    published(stack, override, f"[::]:{stack.port}:443")
    found = result(stack, "one-address")
    assert found.outcome is Outcome.WARNING
    bridge = docker("network", "inspect", "-f", "{{json .IPAM.Config}}", f"{stack.stack.project}_edge")
    shared = str(found.measured["seen"])
    assert shared.rpartition(".")[0] + "." in bridge
    assert f"every IPv6 client appears as {shared}" in found.summary
    assert failing(stack) == {"one-address"}


@pytest.mark.skipif(not sender("203.0.113.254"), reason="this host has no way out, so it has no address to come from")
def test_clients_that_docker_passes_on_keep_their_address(stack: OpenClawStack, override: Path) -> None:
    here = sender("203.0.113.254")
    published(stack, override, f"{here}:{stack.port}:443")
    assert failing(stack) == set()
    assert result(stack, "one-address").summary == f"clients keep their address: {here} arrived as such"


def test_another_token_than_the_gateways_opens_no_session(stack: OpenClawStack) -> None:
    with gateway_with(stack, "c.gateway.auth.token='another-token-than-the-kit-knows-of'"):
        found = result(stack, "websocket-auth")
    assert (found.outcome, found.measured["code"]) == (Outcome.FAILED, "AUTH_TOKEN_MISMATCH")
    assert failing(stack) == set()


def test_openclaws_audit_warns_and_fails_with_its_own_names(stack: OpenClawStack) -> None:
    with gateway_with(stack, "delete c.gateway.auth.rateLimit"):
        warned = result(stack, "security-audit")
    assert (warned.outcome, "gateway.auth_no_rate_limit" in warned.summary) == (Outcome.WARNING, True)
    gateway, file = stack.container("gateway"), "/home/node/.openclaw/openclaw.json"
    docker("exec", gateway, "chmod", "0644", file)
    try:
        critical = result(stack, "security-audit")
    finally:
        docker("exec", gateway, "chmod", "0600", file)
    assert (critical.outcome, "fs.config.perms_world_readable" in critical.summary) == (Outcome.FAILED, True)
    assert result(stack, "security-audit").outcome is Outcome.OK
