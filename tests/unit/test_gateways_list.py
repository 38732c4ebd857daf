"""Further gateways come and go in clawkit.yaml by their own lines, and the others keep their networks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clawkit import deployment as deployments
from clawkit import lock
from clawkit.cli import main
from clawkit.lock import Lock
from clawkit.settings.listing import added, removed
from clawkit.settings.model import MOST_GATEWAYS
from clawkit.slots import LAST, Slots

BLOCK = """gateways:
  # the first
  - name: alice
    domain: a.lan

  # the second
  - name: bob
    domain: b.lan
# end
proxy: nginx
"""
ALICE = {"name": "alice", "domain": "a.lan"}


def run(folder: Path, *words: str) -> int:
    return main(["gateways", *words, "--dir", str(folder)])


def stack(folder: Path) -> Any:
    deployment = deployments.open_folder(folder, {}, environ={})
    found = deployment.stack()
    deployments.write(deployment, found, deployment.lock)
    return found


@pytest.mark.parametrize("text", ["", "proxy: nginx\n", "gateways: []\nproxy: nginx\n", "# gateways: []\n",
                                  "gateways:\nproxy: nginx"])  # fmt: skip
def test_the_first_one_begins_the_list_and_takes_it_along(text: str) -> None:
    grown = added(text, ALICE)
    assert "gateways:\n  - {domain: a.lan, name: alice}\n" in grown
    assert "gateways" not in removed(grown, "alice")
    assert ("proxy: nginx" in grown) == ("proxy: nginx" in text)


def test_an_entry_goes_with_its_own_lines_and_comments_stay() -> None:
    assert removed(BLOCK, "alice") == BLOCK.replace("  - name: alice\n    domain: a.lan\n", "")
    assert removed(BLOCK, "bob") == BLOCK.replace("  - name: bob\n    domain: b.lan\n", "")


def test_an_entry_is_added_at_the_end_of_a_list_in_either_style() -> None:
    grown = added(BLOCK, {"name": "carol", "domain": "c.lan"})
    assert "    domain: b.lan\n  - {domain: c.lan, name: carol}\n# end\n" in grown


def test_a_slot_stays_with_its_gateway_and_is_given_on_only_before_the_proxy_needs_more_networks() -> None:
    two = Slots().given(("alice", "bob"))
    assert (two.taken, two.room) == ({"alice": 1, "bob": 2}, 4)
    three = two.given(("bob", "carol"))
    assert (three.taken, three.room) == ({"alice": 1, "bob": 2, "carol": 3}, 4)
    assert three.given(("bob", "carol", "dave")) == Slots({"bob": 2, "carol": 3, "dave": 1}, 4)
    assert three.given(("bob", "carol", "alice", "dave")).room == 8
    full = Slots().given(tuple(f"g{slot}" for slot in range(1, LAST + 1)))
    assert (LAST, full.room) == (MOST_GATEWAYS, LAST + 1)
    assert full.given(("new",)).taken["new"] == 1


def test_networks_are_named_by_slot_and_those_from_before_by_their_gateways() -> None:
    grown = lock.parse({"pool": "", "images": {}, "slots": {"alice": 1, "bob": 2}}).slots.given(("bob", "carol"))
    assert [grown.suffix(slot) for slot in range(grown.room)] == ["", "-alice", "-bob", "3"]
    assert lock.parse(lock.raw(Lock(slots=grown))).slots == grown
    assert Slots().given(("alice",)).suffix(1) == "1"


def test_adding_and_removing_leaves_the_networks_of_the_others_alone(tmp_path: Path) -> None:
    for name in ("alice", "bob"):
        assert run(tmp_path, "add", name, "--domain", f"{name}.lan") == 0
    before = {one.name: (one.subnet, one.proxy_address) for one in stack(tmp_path).gateways}
    assert run(tmp_path, "remove", "alice") == 0
    assert {one.name: (one.subnet, one.proxy_address) for one in stack(tmp_path).gateways} == {
        name: before[name] for name in ("main", "bob")}  # fmt: skip
    assert run(tmp_path, "add", "alice", "--domain", "alice.lan") == 0
    assert {one.name: (one.subnet, one.proxy_address) for one in stack(tmp_path).gateways} == before


def test_a_deployment_of_an_older_clawkit_keeps_its_networks_and_is_told_of_the_one_replacement(tmp_path: Path) -> None:
    for name in ("alice", "bob"):
        assert run(tmp_path, "add", name, "--domain", f"{name}.lan") == 0
    stack(tmp_path)
    path = tmp_path / "stack" / lock.NAME
    old = {key: value for key, value in json.loads(path.read_text()).items() if key not in ("room", "named")}
    path.write_text(json.dumps(old))
    deployment = deployments.open_folder(tmp_path, {}, environ={})
    assert deployment.outgrown(deployment.stack())
    found = stack(tmp_path)
    assert [one.network for one in found.backends] == ["backend", "backend-alice", "backend-bob", "backend3"]
    assert [one.gate for one in found.backends] == ["gate", "gate-alice", "gate-bob", "gate3"]
    assert stack(tmp_path) == found and not deployment.outgrown(found)


def test_what_becomes_of_the_proxy_is_said_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*words: str) -> str:
        assert run(tmp_path, *words) == 0
        return capsys.readouterr().out

    assert "the proxy" not in said("add", "alice", "--domain", "alice.lan"), "nothing runs yet"
    stack(tmp_path)
    assert "is replaced once" in said("add", "bob", "--domain", "bob.lan")
    stack(tmp_path)
    for words in (("remove", "alice"), ("add", "carol", "--domain", "carol.lan")):
        assert "is reloaded, not replaced: open connections stay" in said(*words)


@pytest.mark.parametrize(("words", "told"), [
    (("add", "bob"), "no domain is given"),
    (("add", "main", "--domain", "x.lan"), "cannot be the name"),
    (("add", "B b", "--domain", "x.lan"), "cannot be the name"),
    (("add", "alice", "--domain", "y.lan"), "already"),
    (("add", "bob", "--domain", "a.lan"), "a.lan"),
    (("add", "bob", "--domain", "no host"), "not a host name"),
    (("remove", "bob"), "there are: alice"),
    (("remove", "main"), "clawkit down"),
    (("remove", "alice", "--volumes"), "--yes"),
    (("remove",), "no name is given"),
])  # fmt: skip
def test_wrong_words_change_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert run(tmp_path, "add", "alice", "--domain", "a.lan") == 0
    before = (tmp_path / "clawkit.yaml").read_text()
    assert run(tmp_path, *words) == 2
    assert told in capsys.readouterr().err
    assert (tmp_path / "clawkit.yaml").read_text() == before
