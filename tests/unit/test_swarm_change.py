"""What has to be so on a Swarm before a version is changed, and which image gets to which node."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from clawkit.engine import far
from clawkit.engine.ports import Node
from clawkit.engine.swarm import SwarmEngine
from clawkit.errors import EnvironmentMissing
from clawkit.lock import Lock
from clawkit.stack import Image, Stack
from clawkit.swarm import supply
from fakes import make_stack

STACK = make_stack(engine="swarm")
NODE = Node("n2", "node2", "10.0.0.2", True, "ready", False, {})


class Everywhere:
    def words(self, node: Node) -> list[str]:
        return ["docker", f"--context={node.name}"]


@dataclass
class FakeSwarm(SwarmEngine):
    reach: Any = field(default_factory=Everywhere)


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []

    def hand(docker: Sequence[str], ref: str) -> None:
        found.append(f"{ref} {docker[-1]}")

    monkeypatch.setattr(far, "has_image", lambda docker, ref, image_id: False)
    monkeypatch.setattr(far, "hand_image", hand)
    return found


def given(ref: str) -> Stack:
    image = Image(ref, "2026.9.6", "given")
    gateways = tuple(replace(gateway, image=image) for gateway in STACK.gateways)
    return replace(STACK, images=replace(STACK.images, gateway=image), gateways=gateways)


@pytest.mark.parametrize(
    ("stack", "goes"),
    [
        (STACK, True),
        (given("mine/openclaw:try"), True),
        (given("ghcr.io/openclaw/openclaw@sha256:0123"), False),
    ],
    ids=["built here", "given and of no registry", "of a registry"],
)
def test_what_no_registry_has_is_handed_to_the_node(handed: list[str], stack: Stack, goes: bool) -> None:
    supply.hand_out(FakeSwarm(), stack, Lock(), {"gateway": NODE}, lambda text: None)
    assert handed == ([f"{stack.images.gateway.ref} --context=node2"] if goes else [])


def test_a_node_without_a_way_gets_nothing_and_swarm_says_the_rest(handed: list[str]) -> None:
    class Nowhere:
        def words(self, node: Node) -> list[str]:
            raise EnvironmentMissing("no way")

    supply.hand_out(FakeSwarm(reach=Nowhere()), STACK, Lock(), {"gateway": NODE}, lambda text: None)
    assert handed == []


def test_two_nodes_get_their_images_side_by_side(handed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2, timeout=10)

    def hand(docker: Sequence[str], ref: str) -> None:
        both.wait()
        handed.append(f"{ref} {docker[-1]}")

    monkeypatch.setattr(far, "hand_image", hand)
    homes = {"gateway": NODE, "gateway-alice": replace(NODE, id="n3", name="node3"), "gateway-bob": NODE}
    supply.hand_out(FakeSwarm(), STACK, Lock(), homes, lambda text: None)
    ref = STACK.images.gateway.ref
    assert sorted(handed) == [f"{ref} --context=node2", f"{ref} --context=node3"]
