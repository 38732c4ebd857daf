"""`tls: off` behind another proxy that terminates TLS: attribution over two hops, and an honest verify."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from front import Front

from clawkit.check import Outcome, Result
from clawkit.engine.docker import DockerEngine
from clawkit.probe import http, tcp
from clawkit.probe.http import HttpFacts
from clawkit.probe.target import Target, Trust
from clawkit.subnet import host
from clawkit.testing import OpenClawStack, free_ports
from clawkit.verify import deployed
from clawkit.verify.inside import Inside
from clawkit.verify.registry import run_all
from clawkit.verify.scene import Scene
from conftest import Clawkit, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

OTHER = {"caddy": "nginx", "nginx": "caddy"}
FRONT, STRANGER = 5, 6
"""Their places in the edge network; the proxy is 2."""


def pool() -> str:
    """A /21 of 10.192.0.0/11 that no network of this engine is likely to have."""
    return f"10.{192 + secrets.randbelow(32)}.{secrets.randbelow(32) * 8}.0/21"


@dataclass(frozen=True, slots=True)
class Fronted:
    stack: OpenClawStack
    front: Front

    @property
    def target(self) -> Target:
        gateway = self.stack.stack.gateways[0]
        return Target(self.front.address, self.stack.port, gateway.domain)

    def get(self, path: str, **headers: str) -> HttpFacts:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return http.get(self.target, path, trust=Trust(self.front.ca), headers=named)

    @property
    def this_host(self) -> str:
        """What the front sees as its client when this host asks."""
        return host(self.stack.stack.edge_subnet, 1)


@pytest.fixture(scope="module", params=["nginx", pytest.param("caddy", marks=pytest.mark.long)])
def fronted(request: pytest.FixtureRequest) -> Iterator[Fronted]:
    """The front is elsewhere, and the domain is its address: a public name that needs no name server."""
    chosen = pool()
    address = host(chosen, FRONT)
    with (
        OpenClawStack(request.param, domain=address, tls="off", front_proxy=[address], subnet=chosen) as stack,
        Front(OTHER[request.param], stack.stack, address) as front,  # type: ignore[arg-type]
    ):
        yield Fronted(stack, front)


def outcomes(results: tuple[Result, ...]) -> dict[str, Outcome]:
    return {result.id: result.outcome for result in results}


def run(fronted: Fronted) -> tuple[Result, ...]:
    stack, deployment = fronted.stack.stack, fronted.stack.deployment
    inside = Inside(DockerEngine(), stack.project, deployment.rendered)
    scene = Scene(stack, stack.gateways[0], deployment.tokens(stack)["main"], None, "", inside=inside)
    return run_all(replace(deployed.through_front(scene), ca_file=fronted.front.ca))


def test_everything_works_through_both_proxies(fronted: Fronted) -> None:
    results = run(fronted)
    wrong = [f"{r.id}: {r.summary} {r.reason}" for r in results if r.outcome in (Outcome.FAILED, Outcome.CRASHED)]
    assert wrong == []
    found = outcomes(results)
    wanted = ("websocket-handshake", "websocket-auth", "health-rpc", "control-ui", "certificate-chain")
    assert {found[name] for name in wanted} == {Outcome.OK}


def test_the_gateway_sees_the_true_client_whatever_the_client_claims(fronted: Fronted) -> None:
    (found,) = [result for result in run(fronted) if result.id == "client-address"]
    assert (found.outcome, found.measured) == (Outcome.OK, {"seen": fronted.this_host})


def test_the_stack_publishes_no_tls_and_binds_no_browser(fronted: Fronted) -> None:
    published = docker("port", fronted.stack.container("proxy"))
    assert [line.split(" ")[0] for line in published.splitlines()] == ["80/tcp"]
    assert fronted.get("/").values("Strict-Transport-Security") == ()


def test_the_public_origin_is_the_fronts(fronted: Fronted) -> None:
    rendered = fronted.stack.deployment.rendered / "gateway/main/openclaw.json"
    kept = json.loads(rendered.read_text())["gateway"]
    assert kept["publicOrigin"] == f"https://{fronted.front.address}:{fronted.stack.port}"


def test_whoever_comes_past_the_front_is_refused(fronted: Fronted) -> None:
    stack = fronted.stack.stack
    name = stack.gateways[0].domain
    claims = {"X-Forwarded-For": fronted.front.address}
    for dial, port in ((stack.edge_address, 80), ("127.0.0.1", stack.settings.http_port)):
        answer = http.get(Target(dial, port, name, tls=False), "/healthz", headers=claims)
        assert (answer.status, answer.document) == (403, {})


def test_clawkit_verify_looks_through_the_front_and_trusts_what_the_system_trusts(fronted: Fronted) -> None:
    clawkit = Clawkit(fronted.stack.folder)
    said = clawkit("verify", "--json", environ={"SSL_CERT_FILE": str(fronted.front.ca)})
    assert said.code == 0, said.out + said.err
    unknown = clawkit("verify", "--json")
    failed = [check["id"] for check in json.loads(unknown.out)["checks"] if check["outcome"] == "failed"]
    assert (unknown.code, failed) == (1, ["certificate-chain"])


@pytest.mark.types("clawkit up --domain claw.example.com --tls off --front-proxy 10.0.0.5")
def test_a_second_up_is_verified_through_the_front_and_recreates_nothing(fronted: Fronted) -> None:
    service = fronted.stack.container("proxy")
    before = docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", service)
    said = Clawkit(fronted.stack.folder)(
        "up",
        "--domain",
        fronted.front.address,
        "--tls",
        "off",
        "--front-proxy",
        fronted.front.address,
        environ={"SSL_CERT_FILE": str(fronted.front.ca)},
    )
    assert said.code == 0, said.err + said.out
    assert docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", service) == before


def test_without_its_front_nothing_can_be_looked_at_and_that_is_what_it_says(fronted: Fronted) -> None:
    docker("pause", fronted.front.name)
    docker("network", "disconnect", f"{fronted.stack.stack.project}_edge", fronted.front.name)
    try:
        said = Clawkit(fronted.stack.folder)("verify", "--json")
    finally:
        docker("unpause", fronted.front.name)
        docker("network", "connect", "--ip", fronted.front.address, f"{fronted.stack.stack.project}_edge",
               fronted.front.name)  # fmt: skip
    found = json.loads(said.out)
    assert (said.code, found["ok"]) == (3, False)
    assert {check["outcome"] for check in found["checks"]} == {"crashed"}
    assert f"{fronted.front.address}:{fronted.stack.port} in front cannot be reached" in found["checks"][0]["reason"]


@pytest.mark.parametrize("proxy", ["nginx", pytest.param("caddy", marks=pytest.mark.long)])
@pytest.mark.types("clawkit up --domain claw.example.com --tls off --front-proxy 127.0.0.1 --http-port 8080 --listen "
                   "127.0.0.1")  # fmt: skip
def test_a_front_on_this_host_is_verified_as_that_front(proxy: str, tmp_path: Path) -> None:
    run, (http_port, https_port) = Clawkit(tmp_path / secrets.token_hex(4)), free_ports(2)
    try:
        said = run("up", "--domain", "claw.test", "--tls", "off", "--front-proxy", "127.0.0.1", "--http-port",
                   str(http_port), "--listen", "127.0.0.1", "--https-port", str(https_port),
                   "--proxy", proxy)  # fmt: skip
        token = (run.folder / "stack/secrets/main.token").read_text().strip()
        closed = tcp.knock("127.0.0.1", https_port)
        checked = run("verify", "--json")
    finally:
        run("down", "--volumes", "--yes")
    assert said.code == 0, said.err + said.out
    found = {check["id"]: check["outcome"] for check in json.loads(checked.out)["checks"]}
    assert not {"failed", "crashed"} & set(found.values()), checked.out
    assert {found[name] for name in ("healthz", "websocket-auth", "health-rpc", "control-ui")} == {"ok"}
    assert {found[name] for name in ("tls-version", "certificate-chain", "redirect", "client-address")} == {"skipped"}
    assert not closed.is_open
    assert checked.code == 0, checked.out
    assert token not in said.out + said.err + checked.out
