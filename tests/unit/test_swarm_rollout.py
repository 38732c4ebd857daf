"""A change goes out: what Swarm says of the update decides, and what it said before does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clawkit.engine.ports import Project, Service, State
from clawkit.engine.swarm import SwarmEngine, Update
from clawkit.errors import Hopeless, RolledBack, SettingsError
from clawkit.swarm import rollout
from fakes import FakeEngine, service

PROJECT = Project("demo", Path("/nowhere"))
NOTHING: Mapping[str, Update] = {"proxy": Update(), "gateway": Update("completed", "update completed", "08:00")}


@dataclass
class FakeSwarm(SwarmEngine):
    """Says of its updates what a test has written down, one look after the other."""

    said: list[Mapping[str, Update]]
    deployed: list[str] = field(default_factory=list)
    proxy: State = State.RUNNING
    coming: list[State] = field(default_factory=list)
    """Of the proxy, at each look, before it is as above."""
    trouble: str = ""

    def up(self, project: Project) -> None:
        self.deployed.append(project.name)

    def updates(self, project: str) -> Mapping[str, Update]:
        return self.said.pop(0) if len(self.said) > 1 else self.said[0]

    def services(self, project: str) -> tuple[Service, ...]:
        state = self.coming.pop(0) if self.coming else self.proxy
        return (service("proxy", state=state, trouble=self.trouble if state is State.CREATED else ""),)

    def epitaph(self, service: str) -> str:
        return f"{service} fell over"


def deploy(*said: Mapping[str, Update]) -> FakeSwarm:
    swarm = FakeSwarm(list(said))
    rollout.deploy(swarm, PROJECT, lambda _text: None)
    return swarm


def test_an_update_is_waited_for() -> None:
    going = {**NOTHING, "proxy": Update("updating", "", "08:01")}
    assert deploy(NOTHING, going, {**NOTHING, "proxy": Update("completed", "update completed", "08:01")}).deployed == [
        "demo"
    ]


def test_a_proxy_that_is_still_to_be_placed_is_waited_for() -> None:
    """Seen: the one that was removed a second before still answered, and was gone when it was verified."""
    taken = "no suitable node (host-mode port already in use on 1 node)"
    swarm = FakeSwarm([NOTHING], coming=[State.CREATED, State.CREATED], trouble=taken)
    rollout.deploy(swarm, PROJECT, lambda _text: None)
    assert not swarm.coming


def test_a_proxy_that_fits_nowhere_is_left_to_the_readiness() -> None:
    swarm = FakeSwarm([NOTHING], coming=[State.CREATED] * 100, trouble="no suitable node (scheduling constraints)")
    rollout.deploy(swarm, PROJECT, lambda _text: None)
    assert len(swarm.coming) == 99


def test_a_proxy_that_ends_is_left_to_the_readiness() -> None:
    rollout.deploy(FakeSwarm([NOTHING], proxy=State.RESTARTING), PROJECT, lambda _text: None)


def test_a_proxy_that_swarm_took_back_is_exit_5_with_its_last_words() -> None:
    back = {**NOTHING, "proxy": Update("rollback_completed", "rollback completed", "08:01")}
    with pytest.raises(RolledBack, match="the new proxy did not get healthy") as told:
        deploy(NOTHING, {**NOTHING, "proxy": Update("rollback_started", "", "08:01")}, back)
    assert "demo_proxy fell over" in told.value.details


def test_a_gateway_that_does_not_get_healthy_stays_as_it_is() -> None:
    with pytest.raises(Hopeless, match="the new gateway does not get healthy"):
        deploy(NOTHING, {**NOTHING, "gateway": Update("paused", "update paused due to failure", "08:01")})


def test_what_was_so_before_is_not_held_against_this_update() -> None:
    before = {**NOTHING, "proxy": Update("rollback_completed", "rollback completed", "08:01")}
    assert deploy(before).deployed == ["demo"]


def test_the_same_fault_a_second_time_is_one_again() -> None:
    first = {**NOTHING, "proxy": Update("rollback_completed", "rollback completed", "08:01")}
    again = {**NOTHING, "proxy": Update("rollback_completed", "rollback completed", "08:02")}
    with pytest.raises(RolledBack):
        deploy(first, again)


@pytest.mark.parametrize(("present", "volumes"), [((service("gateway"),), ()), ((), ("demo_state",))])
def test_what_compose_has_here_is_not_begun_anew_on_a_swarm(
    present: tuple[Service, ...], volumes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = FakeEngine(present)
    monkeypatch.setattr(engine, "volumes", lambda _project: volumes)
    with pytest.raises(SettingsError, match="its state would stay behind"):
        rollout.refuse_compose(engine, "demo")
    rollout.refuse_compose(FakeEngine(), "demo")
