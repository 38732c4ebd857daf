"""Which node keeps what: chosen once, by a label that stays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from clawkit.engine.ports import Node
from clawkit.engine.swarm import SwarmEngine
from clawkit.errors import EnvironmentMissing, SettingsError
from clawkit.swarm import placement, proxies
from fakes import make_stack

MANAGER = Node("n1", "node1", "10.0.0.1", True, "ready", True, {})
WORKERS = tuple(Node(f"n{at}", f"node{at}", f"10.0.0.{at}", True, "ready", False, {}) for at in (2, 3))
TWO = make_stack(engine="swarm", gateways=({"name": "team", "domain": "team.test"},))


@dataclass
class FakeSwarm(SwarmEngine):
    """A Swarm of these nodes; labels are all that is changed."""

    found: tuple[Node, ...]

    def nodes(self) -> tuple[Node, ...]:
        return self.found

    def place(self, node: Node, label: str) -> None:
        self.found = tuple(replace(one, labels={**one.labels, label: "here"}) if one.id == node.id else one
                           for one in self.found)  # fmt: skip


def names(swarm: FakeSwarm) -> dict[str, str]:
    return {service: node.name for service, node in placement.settle(swarm, TWO).items()}


def test_the_proxy_is_on_the_manager_and_each_gateway_on_a_worker_of_its_own() -> None:
    swarm = FakeSwarm((MANAGER, *WORKERS))
    assert names(swarm) == {"proxy": "node1", "gateway": "node2", "gateway-team": "node3"}


def test_what_has_a_place_keeps_it_when_machines_come() -> None:
    swarm = FakeSwarm((MANAGER, WORKERS[0]))
    before = names(swarm)
    swarm.found = (*swarm.found, WORKERS[1])
    assert names(swarm) == before == {"proxy": "node1", "gateway": "node2", "gateway-team": "node2"}


def test_one_machine_is_a_swarm_too() -> None:
    assert set(names(FakeSwarm((MANAGER,))).values()) == {"node1"}


def test_a_gateway_whose_node_is_down_is_not_begun_anew_elsewhere() -> None:
    swarm = FakeSwarm((MANAGER, *WORKERS))
    names(swarm)
    swarm.found = tuple(replace(one, ready=False, state="down") if one.name == "node3" else one for one in swarm.found)
    with pytest.raises(EnvironmentMissing, match="gateway-team has its place on node3, and that node is down") as told:
        names(swarm)
    assert "begin anew" in str(told.value.fix)


def test_two_nodes_with_one_label_are_a_question() -> None:
    swarm = FakeSwarm((MANAGER, *WORKERS))
    for node in WORKERS:
        swarm.place(node, f"clawkit.{TWO.project}.gateway")
    with pytest.raises(SettingsError, match="two nodes, node2 and node3"):
        names(swarm)


def test_a_name_that_no_service_can_have_is_refused_before_anything_is_labelled() -> None:
    swarm = FakeSwarm((MANAGER,))
    long = make_stack(engine="swarm", name="a" * 40, gateways=({"name": "b" * 40, "domain": "team.test"},))
    with pytest.raises(SettingsError, match="too long"):
        placement.settle(swarm, long)
    assert not swarm.found[0].labels


LABEL = f"clawkit.{TWO.project}.proxy"


def two_proxies() -> FakeSwarm:
    swarm = FakeSwarm((MANAGER, *WORKERS))
    for node in (WORKERS[0], MANAGER):
        swarm.place(node, LABEL)
    return swarm


def test_a_proxy_may_have_several_nodes_and_the_manager_is_the_one_that_is_asked() -> None:
    swarm = two_proxies()
    assert names(swarm) == {"proxy": "node1", "gateway": "node2", "gateway-team": "node3", "proxy@node2": "node2"}


def test_one_proxy_of_several_may_be_away() -> None:
    swarm = two_proxies()
    swarm.found = (replace(swarm.found[0], ready=False, state="down"), *swarm.found[1:])
    assert {name: node for name, node in names(swarm).items() if name.startswith("proxy")} == {"proxy": "node2"}


def test_proxies_that_would_each_order_certificates_are_refused_by_the_names_of_their_nodes(tmp_path: Path) -> None:
    homes = placement.settle(two_proxies(), TWO)
    acme = make_stack(engine="swarm", domain="claw.example.com", email="me@example.com")
    override = tmp_path / "stack.override.yaml"
    proxies.refuse_apart(TWO, override, homes)
    assert acme.acme
    with pytest.raises(SettingsError, match="its place on node1, node2, and each would order") as told:
        proxies.refuse_apart(acme, override, homes)
    assert "docker node update --label-rm" in str(told.value.fix)
    override.write_text('version: "3.9"\nvolumes:\n  proxy: {driver_opts: {type: nfs, device: ":/claw"}}\n')
    proxies.refuse_apart(acme, override, homes)


CERTBOT = make_stack(engine="swarm", proxy="nginx", domain="claw.example.com")


def test_who_orders_certificates_stands_beside_the_proxy() -> None:
    swarm = FakeSwarm((MANAGER, *WORKERS))
    swarm.place(WORKERS[1], LABEL)
    homes = placement.settle(swarm, CERTBOT)
    assert (homes["proxy"].name, homes["acme"].name) == ("node3", "node3")
    assert placement.holder(swarm.nodes(), f"{CERTBOT.project}_acme") == homes["acme"]
    assert placement.holder(swarm.nodes(), f"{CERTBOT.project}_certificates") == homes["acme"]


def test_a_leader_apart_from_the_proxies_is_refused_without_a_disk_of_all_nodes(tmp_path: Path) -> None:
    override = tmp_path / "stack.override.yaml"
    proxies.refuse_apart(CERTBOT, override, {"proxy": MANAGER, "acme": MANAGER})
    with pytest.raises(SettingsError, match=r"on node1, node2, and acme, .* would be another one on node2") as told:
        proxies.refuse_apart(CERTBOT, override, {"proxy": MANAGER, "proxy@node2": WORKERS[0], "acme": MANAGER})
    assert f"docker node update --label-rm {LABEL} node2" in str(told.value.fix)
    with pytest.raises(SettingsError, match="on node1, and acme, which orders the certificates, on node2") as told:
        proxies.refuse_apart(CERTBOT, override, {"proxy": MANAGER, "acme": WORKERS[0]})
    assert f"docker node update --label-rm clawkit.{CERTBOT.project}.acme node2" in str(told.value.fix)
    override.write_text('version: "3.9"\nvolumes:\n  certificates: {driver_opts: {type: nfs, device: ":/claw"}}\n')
    proxies.refuse_apart(CERTBOT, override, {"proxy": MANAGER, "proxy@node2": WORKERS[0], "acme": WORKERS[0]})


def test_a_network_has_room_for_five_proxies(tmp_path: Path) -> None:
    homes = {"proxy": MANAGER, **{f"proxy@{at}": replace(MANAGER, name=f"{at}") for at in range(5)}}
    with pytest.raises(SettingsError, match="6 nodes carry the label"):
        proxies.refuse_apart(TWO, tmp_path / "none", homes)
