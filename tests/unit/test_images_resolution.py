from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from clawkit.errors import EngineError, EnvironmentMissing
from clawkit.images import BuildRequest, ImageFacts, ResolvedImage, carried, ensure, rootfs
from clawkit.images.model import Kind, pinned, repository_of, tag_of, version_of, wanted
from clawkit.images.recipes import locked_version, recipe
from clawkit.settings.model import Settings

NO_HOST = 'Error response from daemon: Get "https://r.example/v2/": dial tcp: lookup r.example: no such host'
UNKNOWN = "Error response from daemon: manifest for r.example/x not found: manifest unknown: manifest unknown"


def image(*tags: str, digest: str = "", architecture: str = "amd64", env: dict[str, str] | None = None) -> ImageFacts:
    return ImageFacts(f"sha256:{tags[0]}", tags, (digest,) if digest else (), env or {}, {}, architecture, 1, "")


@dataclass
class Engine:
    """Images by reference; `registry` is what a pull brings, anything else fails with `refusal`."""

    present: dict[str, ImageFacts] = field(default_factory=dict)
    registry: dict[str, ImageFacts] = field(default_factory=dict)
    refusal: str = NO_HOST
    pulls: list[str] = field(default_factory=list)

    def architecture(self) -> str:
        return "amd64"

    def inspect(self, ref: str) -> ImageFacts | None:
        return self.present.get(ref)

    def list(self, prefix: str) -> Sequence[ImageFacts]:
        return [facts for ref, facts in self.present.items() if ref.startswith(prefix)]

    def pull(self, ref: str, timeout: int) -> None:
        self.pulls.append(ref)
        if ref not in self.registry:
            raise EngineError("docker pull failed", details=self.refusal)
        self.present[ref] = self.registry[ref]

    def build(self, request: BuildRequest) -> None:
        raise AssertionError("nothing may be built here")

    def import_rootfs(self, tarball: Path, tag: str, changes: Sequence[str]) -> None:
        raise AssertionError("nothing may be built here")


def built() -> dict[str, ImageFacts]:
    kinds: tuple[Kind, ...] = ("openclaw", "caddy", "nginx")
    return {recipe(kind, "amd64", "2026.9.6").tag: image(kind, env={"CADDY_VERSION": "v2.6.2"}) for kind in kinds}


def say_nothing(text: str) -> None:
    """Progress is not what is tested here."""


def settings(**values: object) -> Settings:
    return Settings.model_validate(values)


GATEWAY, CADDY = "ghcr.io/openclaw/openclaw:2026.9.6", "caddy:2"
REGISTRY = {GATEWAY: image(GATEWAY, digest="ghcr.io/openclaw/openclaw@sha256:aa"),
            CADDY: image(CADDY, digest="caddy@sha256:bb", env={"CADDY_VERSION": "v2.11.4"})}  # fmt: skip


def test_pulled_images_are_named_by_digest_and_tell_their_version() -> None:
    found = ensure(settings(), Engine(registry=REGISTRY), locked=None, say=say_nothing)
    assert found["proxy"] == ResolvedImage(CADDY, "caddy@sha256:bb", "2.11.4", "pulled", "sha256:caddy:2")
    assert (found["gateway"].ref, found["gateway"].version) == ("ghcr.io/openclaw/openclaw@sha256:aa", "2026.9.6")


def test_locked_images_that_are_there_need_no_network() -> None:
    engine = Engine(registry=REGISTRY)
    first = ensure(settings(), engine, locked=None, say=say_nothing)
    engine.present |= {one.ref: engine.present[one.wanted] for one in first.values()}
    engine.pulls.clear()
    lock = {"gateway": first["gateway"].locked(), "caddy": first["proxy"].locked()}
    assert ensure(settings(), engine, locked=lock, say=say_nothing) == first
    assert engine.pulls == []


def test_a_lock_for_another_wish_is_not_used() -> None:
    engine = Engine(registry=REGISTRY)
    first = ensure(settings(), engine, locked=None, say=say_nothing)
    lock = {"gateway": replace(first["gateway"].locked(), wanted="ghcr.io/openclaw/openclaw:2026.9.5")}
    engine.pulls.clear()
    ensure(settings(), engine, locked=lock, say=say_nothing)
    assert sorted(engine.pulls) == [CADDY, GATEWAY]


def test_a_lock_whose_tag_means_another_image_by_now_is_not_used() -> None:
    engine = Engine(present=built(), registry=REGISTRY)
    tag = recipe("caddy", "amd64", "").tag
    stale = ResolvedImage(CADDY, tag, "2.6.2", "built", "sha256:gone").locked()
    found = ensure(settings(), engine, locked={"caddy": stale}, say=say_nothing)
    assert found["proxy"].origin == "pulled"


def test_an_unreachable_registry_leads_to_the_local_image_and_says_why() -> None:
    said: list[str] = []
    found = ensure(settings(), Engine(present=built()), locked=None, say=said.append)
    assert [one.origin for one in found.values()] == ["built", "built"]
    assert "lookup r.example: no such host" in found["proxy"].reason
    assert any(line.startswith(f"{CADDY}: registry not reachable") for line in said)


def test_build_always_asks_no_registry() -> None:
    engine = Engine(present=built(), registry=REGISTRY)
    found = ensure(settings(build="always"), engine, locked=None, say=say_nothing)
    assert found["gateway"].origin == found["proxy"].origin == "built"
    assert engine.pulls == []


def test_build_never_names_the_image_the_words_and_the_next_command() -> None:
    with pytest.raises(EnvironmentMissing, match=r"gateway_image: .*no such host") as caught:
        ensure(settings(build="never"), Engine(present=built()), locked=None, say=say_nothing)
    assert "--build auto" in (caught.value.fix or "")


def test_an_unknown_image_is_never_replaced_by_a_build() -> None:
    with pytest.raises(EnvironmentMissing, match="no such image in the registry"):
        ensure(settings(), Engine(present=built(), refusal=UNKNOWN), locked=None, say=say_nothing)


def test_an_image_that_the_user_named_and_has_is_used_without_a_pull() -> None:
    engine = Engine(present={"mine/claw:1": image("mine/claw:1"), "mine/caddy:7": image("mine/caddy:7")})
    mine = settings(gateway_image="mine/claw:1", caddy_image="mine/caddy:7")
    found = ensure(mine, engine, locked=None, say=say_nothing)
    assert [(one.ref, one.origin) for one in found.values()] == [("mine/claw:1", "given"), ("mine/caddy:7", "given")]
    assert engine.pulls == []


def test_an_image_that_the_user_named_is_never_built() -> None:
    with pytest.raises(EnvironmentMissing, match="caddy_image: mine/caddy:7"):
        ensure(settings(caddy_image="mine/caddy:7"), Engine(present=built()), locked=None, say=say_nothing)


def test_an_image_of_another_architecture_is_refused() -> None:
    registry = {**REGISTRY, CADDY: image(CADDY, architecture="arm64")}
    with pytest.raises(EnvironmentMissing, match="made for arm64, this engine runs amd64"):
        ensure(settings(), Engine(registry=registry), locked=None, say=say_nothing)


def test_a_default_image_loaded_from_a_file_is_used_when_no_registry_answers() -> None:
    engine = Engine(present={GATEWAY: image(GATEWAY), CADDY: image(CADDY)})
    found = ensure(settings(build="never"), engine, locked=None, say=say_nothing)
    assert [(one.ref, one.origin) for one in found.values()] == [(GATEWAY, "given"), (CADDY, "given")]


def test_without_a_tag_the_gateway_image_gets_the_version() -> None:
    found = wanted(settings(gateway_image="r.example:5000/claw", openclaw="2026.9.8"))["gateway"]
    assert (found.ref, found.given) == ("r.example:5000/claw:2026.9.8", True)
    assert wanted(settings(openclaw="2026.9.8"))["gateway"].given is False


@pytest.mark.parametrize(("ref", "repository", "tag"), [
    ("caddy:2", "caddy", "2"),
    ("r.example:5000/a/b", "r.example:5000/a/b", ""),
    ("r.example:5000/a/b:1", "r.example:5000/a/b", "1"),
    ("caddy@sha256:aa", "caddy", ""),
])  # fmt: skip
def test_a_port_is_not_taken_for_a_tag(ref: str, repository: str, tag: str) -> None:
    assert (repository_of(ref), tag_of(ref)) == (repository, tag)


def test_the_digest_of_another_repository_pins_nothing() -> None:
    assert pinned("caddy:2", image("caddy:2", digest="mirror.example/caddy@sha256:bb")) == "caddy:2"


def test_a_moving_tag_is_no_version() -> None:
    assert version_of("nginx", "nginx:stable", image("nginx:stable")) == ""
    assert version_of("nginx", "nginx:1.30.4-alpine", image("x")) == "1.30.4-alpine"


def test_every_input_changes_the_tag() -> None:
    versions = ("2026.9.6", "2026.9.8")
    tags = {recipe("openclaw", machine, version).tag for machine in ("amd64", "arm64") for version in versions}
    assert len(tags) == 4
    assert recipe("openclaw", "amd64", locked_version()).locked
    assert not recipe("openclaw", "amd64", "2026.9.8").locked


def test_building_for_another_machine_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("os.uname", lambda: type("Uname", (), {"machine": "x86_64"}))
    with pytest.raises(EnvironmentMissing, match="the engine runs arm64, this machine x86_64"):
        rootfs.require_linux("arm64")


def test_without_mmdebstrap_and_without_root_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(EnvironmentMissing) as caught:
        rootfs.require_tool(say_nothing)
    assert caught.value.fix == f"sudo {rootfs.INSTALL}"


def test_a_bundle_names_what_another_machine_will_ask_for() -> None:
    engine = Engine(registry=REGISTRY)
    found = ensure(settings(), engine, locked=None, say=say_nothing)
    assert {role: carried(one, engine) for role, one in found.items()} == {"gateway": GATEWAY, "proxy": CADDY}
    ours = ResolvedImage(CADDY, "clawkit/caddy:x", "2.6.2", "built", "sha256:x")
    assert carried(ours, engine) == "clawkit/caddy:x"


def test_a_name_that_has_moved_on_is_not_carried_as_what_runs_here() -> None:
    engine = Engine(registry=REGISTRY)
    found = ensure(settings(), engine, locked=None, say=say_nothing)["proxy"]
    engine.present[CADDY] = image("another")
    with pytest.raises(EnvironmentMissing, match="caddy:2 is not the image that runs here"):
        carried(found, engine)
