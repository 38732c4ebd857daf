"""What `up` would do to the services of a Swarm, told from the files and from what runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clawkit.engine import specs
from clawkit.engine.hashes import Fate
from clawkit.engine.ports import Node

NODE = Node("n1", "node1", "10.0.0.1", True, "ready", True, {})
STACK = """
services:
  proxy: {image: "nginx:1", configs: [{source: conf, target: /etc/nginx.conf}], secrets: [{source: key}]}
  gateway: {image: "claw:1@sha256:0"}
configs: {conf: {name: demo_conf-1, file: ./nginx.conf}}
secrets: {key: {name: demo_key-1, file: ./key}}
"""
PROXY = specs.Present("nginx:1", frozenset({"demo_conf-1", "demo_key-1"}), running=True)
GATEWAY = specs.Present("claw:1", frozenset(), running=True)


def fates(text: str = STACK, **there: specs.Present) -> dict[str, Fate]:
    return specs.fates(specs.wanted((text,)), {"proxy": PROXY, "gateway": GATEWAY, **there}, specs.wanted((STACK,)))


def test_what_runs_as_it_is_written_is_kept() -> None:
    assert fates() == {"proxy": Fate.KEPT, "gateway": Fate.KEPT}


def test_another_content_image_or_definition_replaces_a_service() -> None:
    assert fates(STACK.replace("conf-1", "conf-2"))["proxy"] is Fate.REPLACED
    assert fates(STACK.replace("claw:1", "claw:2"))["gateway"] is Fate.REPLACED
    assert fates(STACK.replace('"nginx:1",', '"nginx:1", user: "7",')) == {
        "proxy": Fate.REPLACED, "gateway": Fate.KEPT}  # fmt: skip


def test_one_that_is_scaled_to_nothing_starts_and_one_that_nobody_names_goes() -> None:
    stopped = replace(GATEWAY, running=False)
    assert fates(gateway=stopped, stray=GATEWAY) == {
        "proxy": Fate.KEPT, "gateway": Fate.STARTED, "stray": Fate.REMOVED}  # fmt: skip
    assert specs.fates(specs.wanted((STACK,)), {}, {})["proxy"] is Fate.CREATED


def test_the_users_own_lines_lie_over_what_clawkit_writes() -> None:
    mine = "services: {gateway: {image: claw:mine, configs: [extra]}}\nconfigs: {extra: {file: ./extra}}\n"
    found = specs.wanted((STACK, mine))["gateway"]
    assert (found.image, set(found.wares)) == ("claw:mine", {"extra"})
    assert specs.wanted((STACK, ""))["proxy"].wares == PROXY.wares


def test_what_runs_is_read_from_the_services_specification() -> None:
    spec = {"Image": "claw:1@sha256:0", "Configs": [{"ConfigName": "demo_conf-1"}],
            "Secrets": [{"SecretName": "demo_key-1"}]}  # fmt: skip
    raw: dict[str, Any] = {"ID": "s1", "Spec": {"Name": "demo_gateway", "TaskTemplate": {"ContainerSpec": spec}}}
    there = specs.present("demo", [raw], [], [NODE])
    assert there == {"gateway": specs.Present("claw:1", frozenset({"demo_conf-1", "demo_key-1"}), running=False)}
