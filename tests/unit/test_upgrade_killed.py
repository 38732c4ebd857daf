"""A change killed after each of its steps: the next run finishes or undoes it, and no state is lost."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import yaml

from clawkit import deployment as deployments
from clawkit import lock as lockfile
from clawkit.bringup import Tell
from clawkit.deployment import Deployment
from clawkit.engine.ports import Engine, Project, Service
from clawkit.engine.view import DockerView
from clawkit.errors import ClawkitError, RolledBack
from clawkit.lock import Lock, LockedImage
from clawkit.stack import Stack
from clawkit.upgrade.change import Site, perform, resume
from clawkit.upgrade.journal import Change, Journal, Kind, Step, refuse_unfinished
from clawkit.upgrade.snapshot import Shelf
from fakes import FakeEngine, service

OLD, NEW = "2026.8.2", "2026.9.6"
SETTINGS = f'name: claw\nlisten: 127.0.0.1\ntls: "off"\nfront_proxy: [127.0.0.1]\nopenclaw: "{OLD}"\n'
VOLUME = "claw_state"
ENOUGH = 16
"""More effects than any change has."""


class Killed(BaseException):
    """SIGKILL as far as the code can tell: nothing is cleaned up by `except ClawkitError`."""


@dataclass
class World:
    """One engine with one gateway; whatever runs writes its version into the state, as a migration does."""

    state: str = "conversations"
    running: str = ""
    broken: bool = False
    lives: int = 10**6
    """Effects until the process is killed, which happens once before and once after each effect."""

    def effect(self) -> None:
        self.lives -= 1
        if self.lives == 0:
            raise Killed

    @contextlib.contextmanager
    def around(self) -> Iterator[None]:
        self.effect()
        yield
        self.effect()


@dataclass
class Engineer(FakeEngine):
    world: World = field(default_factory=World)

    def up(self, project: Project) -> None:
        with self.world.around():
            image = yaml.safe_load((project.folder / "compose.yaml").read_text())["services"]["gateway"]["image"]
            self.world.running = image
            if f"|{image}" not in self.world.state:
                self.world.state += f"|{image}"

    def services(self, project: str) -> tuple[Service, ...]:
        return (service("gateway"),) if self.world.running else ()


@dataclass
class Porter:
    world: World

    def exchange(self, project: Project, service: str, *, grace: int) -> None:
        raise NotImplementedError("no proxy is exchanged here")

    def stop(self, containers: Sequence[str]) -> None:
        with self.world.around():
            self.world.running = ""

    def frozen(self, container: str) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def take_out(self, image: str, volume: str, target: Path) -> None:
        assert self.world.running == "", "a state is copied while somebody writes to it"
        self.world.effect()
        target.write_text(self.world.state[:3])
        self.world.effect()
        target.write_text(self.world.state)

    def put_in(self, image: str, volume: str, source: Path) -> None:
        assert (volume, self.world.running) == (VOLUME, ""), "a state is replaced under a running gateway"
        self.world.effect()
        self.world.state = "half"
        self.world.effect()
        self.world.state = source.read_text()

    def remove(self, volume: str) -> None: ...


class Silent:
    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[Tell]:
        yield lambda text: None

    def note(self, text: str) -> None: ...


def image(version: str) -> LockedImage:
    return LockedImage(f"ghcr.io/openclaw/openclaw:{version}", f"claw:{version}", version, "pulled", f"id-{version}")


CADDY = LockedImage("caddy:2", "caddy:2", "2.11.4", "pulled", "id-caddy")
BEFORE = Lock("10.77.8.0/21", {"gateway": image(OLD), "caddy": CADDY})
UPGRADE = Change(Kind.UPGRADE, {"openclaw": NEW}, BEFORE,
                 replace(BEFORE.with_images({"gateway": image(NEW)}), before="20260101T000000"),
                 f"OpenClaw {OLD} -> {NEW}", ("main",), "20260101T000000")  # fmt: skip


def site(folder: Path, world: World) -> Site:
    def prove(deployment: Deployment, stack: Stack, engine: Engine, known: tuple[str, ...], tell: Tell) -> None:
        world.effect()
        if world.broken:
            raise ClawkitError("verify fails: 502", details="the page is a 502")

    def ready(stack: Stack, engine: Engine, tell: Tell) -> None:
        assert world.running == stack.images.gateway.ref

    return Site(folder, Engineer(world=world), Porter(world), DockerView(), Silent(), prove, ready, environ={})


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, World]:
    """A deployment of the old version that runs."""
    world = World()
    (tmp_path / "clawkit.yaml").write_text(SETTINGS)
    deployment = deployments.open_folder(tmp_path, {}, environ={})
    deployments.write(deployment, deployment.stack(BEFORE), BEFORE)
    Engineer(world=world).up(deployment.project())
    return tmp_path, world


def version(folder: Path) -> str:
    return deployments.open_folder(folder, {}, environ={}).settings.openclaw


def killed_at(folder: Path, world: World, change: Change, effect: int) -> bool:
    world.lives = effect
    try:
        with contextlib.suppress(RolledBack):
            perform(site(folder, world), change)
    except Killed:
        return True
    finally:
        world.lives = 10**6
    return False


def finished(folder: Path, world: World) -> None:
    """As the next command begins."""
    change = Journal(folder / "stack").read()
    if change is not None:
        with contextlib.suppress(RolledBack):
            resume(site(folder, world), change)
    refuse_unfinished(folder / "stack")


@pytest.mark.parametrize("effect", range(1, ENOUGH))
def test_an_upgrade_killed_anywhere_is_finished_or_undone_by_the_next_run(
    made: tuple[Path, World], effect: int
) -> None:
    folder, world = made
    killed = killed_at(folder, world, UPGRADE, effect)
    finished(folder, world)
    outcomes = {
        (OLD, f"claw:{OLD}", f"conversations|claw:{OLD}"),
        (NEW, f"claw:{NEW}", f"conversations|claw:{OLD}|claw:{NEW}"),
    }
    assert (version(folder), world.running, world.state) in outcomes
    assert lockfile.read(folder / "stack").images["gateway"].version == version(folder)
    assert killed or version(folder) == NEW


@pytest.mark.parametrize("effect", range(1, ENOUGH))
def test_an_upgrade_that_fails_and_is_killed_anywhere_ends_where_it_began(
    made: tuple[Path, World], effect: int
) -> None:
    folder, world = made
    world.broken = True
    killed_at(folder, world, UPGRADE, effect)
    finished(folder, world)
    assert (version(folder), world.running, world.state) == (OLD, f"claw:{OLD}", f"conversations|claw:{OLD}")


def test_the_loop_reaches_the_end_of_a_change(made: tuple[Path, World]) -> None:
    folder, world = made
    world.broken = True
    assert not killed_at(folder, world, UPGRADE, ENOUGH - 1)


def test_a_failed_upgrade_is_undone_by_itself_and_remembered_with_its_reason(made: tuple[Path, World]) -> None:
    folder, world = made
    world.broken = True
    with pytest.raises(RolledBack, match="verify fails: 502; the old stack serves again") as told:
        perform(site(folder, world), UPGRADE)
    assert told.value.exit_code == 5
    assert told.value.fix is not None
    assert Path(told.value.fix.split()[-1]).is_file()
    assert lockfile.read(folder / "stack").failed == {f"id-{NEW}": f"{NEW}: verify fails: 502"}


@pytest.mark.parametrize("effect", range(1, ENOUGH))
def test_a_rollback_killed_anywhere_loses_neither_state(made: tuple[Path, World], effect: int) -> None:
    folder, world = made
    perform(site(folder, world), UPGRADE)
    world.state += "|written since"
    since, then = world.state, f"conversations|claw:{OLD}"
    back = Change(Kind.ROLLBACK, {"openclaw": OLD}, UPGRADE.after, replace(BEFORE, before=""), "back", ("main",),
                  "20260102T000000-before-rollback", source=UPGRADE.snapshot)  # fmt: skip
    killed_at(folder, world, back, effect)
    finished(folder, world)
    assert (version(folder), world.running, world.state) in {(OLD, f"claw:{OLD}", then), (NEW, f"claw:{NEW}", since)}
    if version(folder) == OLD:
        assert (folder / "stack/upgrades" / back.snapshot / "main.tar").read_text() == since


def test_a_damaged_copy_is_found_before_the_state_is_touched(made: tuple[Path, World]) -> None:
    folder, world = made
    perform(site(folder, world), UPGRADE)
    (folder / "stack/upgrades" / UPGRADE.snapshot / "main.tar").write_text("damaged")
    with pytest.raises(ClawkitError, match="missing or damaged; the state in use was not touched"):
        Shelf(folder / "stack").check(UPGRADE.snapshot)


def test_copies_of_the_state_are_for_their_owner_alone(made: tuple[Path, World]) -> None:
    folder, world = made
    perform(site(folder, world), UPGRADE)
    home = folder / "stack/upgrades"
    assert {path.stat().st_mode & 0o077 for path in (home, *home.rglob("*.tar"))} == {0}


def test_other_commands_refuse_half_a_change_and_say_what_finishes_it(made: tuple[Path, World]) -> None:
    folder, _ = made
    Journal(folder / "stack").write(UPGRADE.at(Step.UNDOING))
    with pytest.raises(ClawkitError, match="was interrupted while undoing") as refused:
        refuse_unfinished(folder / "stack")
    assert refused.value.fix == "clawkit upgrade --resume"
