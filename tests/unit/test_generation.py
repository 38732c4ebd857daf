"""What the running proxy says of the configuration that it serves, and what it means."""

from __future__ import annotations

from pathlib import Path

import pytest

from clawkit import generation
from clawkit.engine.ports import Project
from clawkit.errors import Hopeless
from clawkit.render import generation_path
from clawkit.wait import Look
from fakes import FakeEngine, make_stack, service


@pytest.mark.parametrize(("said", "ready"), [
    ("new\nnew\n", True),
    ("new\nnew\nnew\nan earlier certificate", True),
    ("old\nold\n", False),
    ("old\nnew\n", False),  # told to reload, and it has not
    ("\nnew\n", True),  # a configuration of the user's own says nothing of itself
    ("\nold\n", False),
    ("\n\n", True),  # neither does a program of the user's own
    ("old\nold\nolder\nunknown directive", False),  # an earlier refusal
])  # fmt: skip
def test_only_what_says_so_is_served(said: str, ready: bool) -> None:
    seen = generation.judged(said, "new")
    assert (seen.ready, seen.hopeless) == (ready, "")


def test_a_refusal_ends_the_wait_with_the_proxys_words() -> None:
    seen = generation.judged("old\nold\nnew\nunknown directive", "new")
    assert seen == Look(ready=False, doing="the one before is still served", words="unknown directive",
                        hopeless="it refuses it, and serves the one before", fix="clawkit logs proxy")  # fmt: skip


def engine(*sayings: str) -> FakeEngine:
    left = list(sayings)

    class Telling(FakeEngine):
        def exec(self, container: str, command: object, *, seconds: int = 30) -> str:
            return left.pop(0) if len(left) > 1 else left[0]

        def restart(self, project: Project, services: object) -> None:
            left[:] = ["new\nnew\n"]

    return Telling((service("proxy"),))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    path = tmp_path / generation_path(make_stack())
    path.parent.mkdir(parents=True)
    path.write_text("new\n")
    return Project(name="demo", folder=tmp_path)


def test_what_no_reload_can_change_takes_a_restart(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "SECONDS", 0.01)
    told: list[str] = []
    generation.wait_until_served(project, make_stack(), engine("old\nnew\n"), told.append)
    assert "restarting the proxy, which did not take it up" in told


def test_what_is_refused_is_not_restarted(project: Project) -> None:
    with pytest.raises(Hopeless, match="refuses it") as refused:
        generation.wait_until_served(project, make_stack(), engine("old\nold\nnew\nunknown"), lambda _: None)
    assert refused.value.details == "unknown"
