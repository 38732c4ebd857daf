"""What the acme container of a Swarm knows is read through the engine, and the manager's folder holds a copy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clawkit.engine.ports import Health, State
from clawkit.errors import EngineError
from clawkit.tls import issuance, material, mirror, site
from clawkit.tls.authority import make_leaf, make_root, make_temporary
from fakes import FakeEngine, make_stack, service

ACME = {"proxy": "nginx", "domain": "claw.test", "acme_directory": "https://ca.test/dir"}
STACK = make_stack(engine="swarm", **ACME)
GATEWAY = STACK.gateways[0]
CHAIN = make_leaf(make_root("test"), ("claw.test",)).certificate
STATUS = json.dumps({"heartbeat": "2026-11-22T09:20:01Z", "certificates": {}})


@dataclass
class Speaking(FakeEngine):
    chains: dict[str, str] = field(default_factory=lambda: {"main": CHAIN})
    status: str = STATUS
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def exec(self, container: str, command: Sequence[str], *, seconds: int = 30) -> str:
        self.asked.append((container, *command))
        if self.fault:
            raise self.fault
        return json.dumps({"status": self.status, "chains": self.chains})


def test_on_one_machine_nothing_is_copied(tmp_path: Path) -> None:
    engine = Speaking()
    assert mirror.refresh(tmp_path, make_stack(**ACME), engine) == ""
    assert (engine.asked, list(tmp_path.iterdir())) == ([], [])


def test_what_was_handed_to_the_proxies_is_known_here_and_no_key(tmp_path: Path) -> None:
    site.install(tmp_path, "main", make_temporary(("claw.test",)), (1000, 1000))
    assert material.pending(tmp_path, STACK, GATEWAY)
    engine = Speaking()
    assert mirror.refresh(tmp_path, STACK, engine) == ""
    assert engine.asked[0][:2] == (f"{STACK.project}_acme", "python3")
    assert mirror.chain(tmp_path, STACK, "main") == CHAIN
    assert not material.pending(tmp_path, STACK, GATEWAY)
    assert issuance.heartbeat(tmp_path) is not None
    assert not [path for path in (tmp_path / "data").rglob("*key*")]
    mirror.refresh(tmp_path, STACK, Speaking(chains={"main": CHAIN, "../../../secrets/main": "not a place"}))
    assert [path.name for path in tmp_path.rglob("*.pem") if "tls" not in path.parts] == ["main.pem"]


def test_what_is_gone_there_goes_here(tmp_path: Path) -> None:
    mirror.refresh(tmp_path, STACK, Speaking())
    mirror.refresh(tmp_path, STACK, Speaking(chains={}, status=""))
    assert mirror.chain(tmp_path, STACK, "main") is None
    assert issuance.heartbeat(tmp_path) is None


def test_where_nobody_can_ask_the_last_words_stay_and_the_reason_is_told(tmp_path: Path) -> None:
    mirror.refresh(tmp_path, STACK, Speaking())
    assert mirror.refresh(tmp_path, STACK, Speaking(fault=EngineError("it does not run"))) == "it does not run"
    assert issuance.heartbeat(tmp_path) is not None


def test_asking_now_is_asked_where_the_container_is() -> None:
    engine = Speaking()
    mirror.ask_now(STACK, engine)
    assert "ask-now" in engine.asked[0][-1]


def test_a_leader_that_is_away_is_named_with_the_reason() -> None:
    def told(**facts: object) -> str:
        return mirror.away(STACK, {"acme": service("acme", **facts)})

    assert told() == ""
    assert told(state=State.CREATED, health=Health.STARTING) == ""
    dead = told(state=State.DEAD, health=Health.NONE, node="node2", trouble="its node node2 is down")
    assert dead == "the acme container, which renews it, does not run: its node node2 is down"
    assert "there is none" in mirror.away(STACK, {})
    assert mirror.away(make_stack(**ACME), {}) == ""
