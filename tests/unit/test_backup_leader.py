"""Account and certificates of a Swarm's acme container, as the files that one machine has; volumes are folders here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backup_room import FolderTasks
from clawkit.backup import leader
from clawkit.backup.contents import Content
from clawkit.backup.manifest import Member
from clawkit.engine import task
from clawkit.stack import Image, Stack
from fakes import make_stack

LINEAGE = "certbot/ca.test-1/live/main"


def certified(engine: str = "swarm") -> Stack:
    one = make_stack(engine=engine, proxy="nginx", domain="claw.test", acme_directory="https://ca.test/dir")
    return replace(one, images=replace(one.images, certbot=Image("clawkit/certbot:test", "5.8.0", "built")))


STACK = certified()


@pytest.fixture
def tasks(tmp_path: Path) -> FolderTasks:
    """A node on which certbot has been at work."""
    made = FolderTasks(tmp_path / "machine")
    acme, handed = (made.volume(f"{STACK.project}_{key}") for key in ("acme", "certificates"))
    write(acme / "status.json", "{}")
    write(acme / "certbot/ca.test-1/archive/main/privkey1.pem", "key")
    write(acme / "certbot/logs/letsencrypt.log", "long")
    (acme / LINEAGE).mkdir(parents=True)
    (acme / LINEAGE / "privkey.pem").symlink_to("../../archive/main/privkey1.pem")
    write(handed / "site/main/v1/fullchain.pem", "chain")
    (handed / "site/main/live").symlink_to("v1")
    write(handed / "webroot/token", "an answer")
    return made


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def taken(tasks: FolderTasks, tmp_path: Path) -> dict[str, Content]:
    found = leader.read(STACK, tasks, tmp_path / "scratch/task")
    assert found is not None
    return {one.member.path: one for one in found}


def test_they_are_where_one_machine_has_them(tasks: FolderTasks, tmp_path: Path) -> None:
    found = taken(tasks, tmp_path)
    place = "deployment/stack/data/acme"
    assert found[f"{place}/certbot/ca.test-1/archive/main/privkey1.pem"].data == b"key"
    link = found[f"{place}/{LINEAGE}/privkey.pem"].member
    assert (link.kind, link.target) == ("link", "../../archive/main/privkey1.pem")
    assert found["deployment/stack/tls/site/main/v1/fullchain.pem"].data == b"chain"
    assert found["deployment/stack/tls/site/main/live"].member.target == "v1"
    assert {one.member.uid for one in found.values()} == {STACK.owner[0]}
    assert not [path for path in found if "logs" in path or "webroot" in path]
    assert not [path for path in (tmp_path / "scratch").rglob("*.tar")], "a copy with keys in it"


def test_a_node_that_is_away_has_none(tasks: FolderTasks, tmp_path: Path) -> None:
    tasks.remove_volume(f"{STACK.project}_acme")
    assert leader.read(STACK, tasks, tmp_path / "scratch/task") is None


def test_what_only_stood_in_for_them_gives_way(tasks: FolderTasks, tmp_path: Path) -> None:
    mine = ("data/acme/handed/main.pem", "data/acme/status.json", "tls/site/main/live", "tls/site/team/live", "a.yaml")
    files = tuple(Content(Member(f"deployment/stack/{name}", "file", 0o644, 0, 0)) for name in mine)
    found = tuple(taken(tasks, tmp_path).values())
    merged = leader.instead(files, found)
    paths = [one.member.path.removeprefix("deployment/stack/") for one in merged]
    assert len(paths) == len(set(paths))
    assert "data/acme/handed/main.pem" not in paths
    assert {"tls/site/team/live", "a.yaml", "data/acme/status.json", f"data/acme/{LINEAGE}/privkey.pem"} <= set(paths)
    assert [one.member.kind for one in merged if one.member.path.endswith("site/main/live")] == ["link"]


def test_what_a_backup_has_brought_goes_to_a_node_that_has_none(tmp_path: Path) -> None:
    rendered, there = tmp_path / "stack", FolderTasks(tmp_path / "machine")
    assert not leader.came(STACK, rendered)
    write(rendered / "data/acme/certbot/ca.test-1/archive/main/privkey1.pem", "key")
    write(rendered / "data/acme/status.json", "{}")
    assert leader.came(STACK, rendered) and not leader.came(certified("compose"), rendered)
    leader.plant(STACK, there, rendered)
    key = there.volume(f"{STACK.project}_acme") / "certbot/ca.test-1/archive/main/privkey1.pem"
    assert key.read_text() == "key"
    assert sorted(path.name for path in key.parents[4].iterdir()) == ["certbot", "status.json"]
    assert not list(tmp_path.glob(".plant-*"))
    key.write_text("newer")
    leader.plant(STACK, there, rendered)
    assert key.read_text() == "newer"


def test_it_is_worked_on_as_the_container_works_on_it() -> None:
    one = task.Task("certbot:1", "demo_acme", "true", Path("/s"), target=leader.RIGHTS, user="1001:1002")
    words = task.arguments(one, "demo_acme-task", far=True)
    assert words[words.index("--user") + 1] == "1001:1002"
    assert "demo_acme:/var/tmp" in words
    assert words[words.index("--entrypoint") : words.index("--entrypoint") + 3] == ["--entrypoint", "sh", "certbot:1"]
