"""The other proxy takes over the ports of a running stack, and comes back when it does not work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from images_local import FOLDER, kit_image, local_image

from clawkit.engine.images import DockerImages
from clawkit.probe.target import Target, Trust
from clawkit.probe.tls import handshake
from clawkit.testing import OpenClawStack
from conftest import Clawkit, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]

LONGEST_GAP_MS = 8000
"""Half a second on an idle machine, a second and a half on a busy one; 10 s is what waiting for sockets would take."""


@pytest.fixture(scope="module")
def fronted() -> Iterator[OpenClawStack]:
    with OpenClawStack("nginx", build="always") as running:
        yield running


def proxy_of(stack: OpenClawStack) -> str:
    image = docker("inspect", "--format", "{{.Config.Image}}", stack.container("proxy"))
    return image.split("/")[1].split(":")[0]


@pytest.mark.types("clawkit switch caddy")
def test_the_other_proxy_serves_the_same_gateway_under_the_same_authority(fronted: OpenClawStack) -> None:
    gateway = docker("inspect", "--format", "{{.Id}}", fronted.container("gateway"))
    said = Clawkit(fronted.folder)("switch", "caddy", "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert 0 < told["gap_ms"] < LONGEST_GAP_MS
    assert told["unanswered"] < told["asked"]
    assert proxy_of(fronted) == "caddy"
    assert fronted.deployment.settings.proxy == "caddy"
    assert docker("inspect", "--format", "{{.Id}}", fronted.container("gateway")) == gateway
    shown = handshake(Target("127.0.0.1", fronted.port, "localhost"), Trust(Path(fronted.ca)))
    assert shown.verify_code == 0, shown


def test_what_is_there_already_is_not_switched(fronted: OpenClawStack) -> None:
    said = Clawkit(fronted.folder)("switch", fronted.deployment.settings.proxy)
    assert (said.code, said.out.split()[0]) == (0, "already")


@pytest.mark.types("clawkit switch nginx")
def test_a_proxy_that_does_not_start_is_never_given_the_ports_and_one_that_does_is(fronted: OpenClawStack) -> None:
    """Here nginx refuses its files, for the image has another program in its place."""
    now, container = fronted.deployment.settings.proxy, fronted.container("proxy")
    wrong = docker("images", "--format", "{{.Repository}}:{{.Tag}}", "clawkit/base").splitlines()[0]
    before = docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", container)
    other = "nginx" if now == "caddy" else "caddy"
    said = Clawkit(fronted.folder)("switch", other, environ={f"CLAWKIT_{other.upper()}_IMAGE": wrong})
    assert said.code == 5, said.err
    assert "nothing was changed, the old proxy serves" in said.err
    assert docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", fronted.container("proxy")) == before
    assert fronted.deployment.settings.proxy == now
    assert all(result.outcome == "ok" for result in fronted.verify("control-ui", "healthz"))
    said = Clawkit(fronted.folder)("switch", other)
    assert (said.code, proxy_of(fronted)) == (0, other), said.err


def test_a_proxy_that_fails_on_the_real_ports_gives_them_back_by_itself() -> None:
    engine = DockerImages()
    image = local_image(engine, "broken-caddy", kit_image(engine, "caddy"), {"caddy": FOLDER / "broken-caddy"})
    with OpenClawStack("nginx", build="always") as stack:
        before = (stack.folder / "clawkit.yaml").read_text()
        said = Clawkit(stack.folder)("switch", "caddy", environ={"CLAWKIT_CADDY_IMAGE": image})
        assert said.code == 5, said.err
        assert "the old stack serves again" in said.err
        assert "broken on purpose" in said.err
        assert proxy_of(stack) == "nginx"
        assert (stack.folder / "clawkit.yaml").read_text() == before
        assert all(result.outcome == "ok" for result in stack.verify("control-ui", "healthz"))
