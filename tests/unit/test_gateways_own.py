"""What a further gateway has for itself: its version, its limits and its model; all else is as for the deployment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from clawkit import deployment as deployments
from clawkit.cli import main
from clawkit.engine.image_ports import ImageFacts
from clawkit.errors import SettingsError
from clawkit.images import resolution
from clawkit.lock import Lock, LockedImage
from clawkit.render import render
from clawkit.settings import dotted, listing
from clawkit.settings.further import OWN, GatewaySettings
from clawkit.settings.model import Settings
from clawkit.upgrade import planning
from fakes import make_stack

ALICE = {"name": "alice", "domain": "a.lan", "openclaw": "2026.8.2", "gateway_memory": "4g", "gateway_cpus": 1,
         "gateway_pids": 256}  # fmt: skip
BOB = {"name": "bob", "domain": "b.lan"}
KEYED = {"model": "openai/gpt-5", "model_key_file": "openai.key"}
FLOW = "gateways:\n  - {domain: a.lan, name: alice} # the first\n  - {domain: b.lan, name: bob}\n"
BLOCK = """gateways:
  - name: alice # the first
    # grows
    gateway_memory: 2g # was 1g
    domain: a.lan

  - name: bob
    domain: b.lan
# end
"""


def own(**settings: Any) -> dict[str, Any]:
    return {"domain": "m.lan", "gateways": [ALICE, BOB], **settings}


def run(folder: Path, *words: str) -> int:
    return main(["gateways", *words, "--dir", str(folder)])


def services(stack: Any) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(render(stack)["compose.yaml"])["services"]
    return found


def config(stack: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(stack)[f"gateway/{name}/openclaw.json"])
    return found


def test_what_an_entry_may_have_for_itself_has_the_name_of_the_deployments_setting() -> None:
    assert set(OWN) <= set(Settings.model_fields)
    assert set(GatewaySettings.model_fields) == {"name", "domain", "upstream", *OWN}


def test_limits_are_its_own_and_the_others_keep_theirs() -> None:
    found = services(make_stack(**own(gateway_memory="3g")))
    limits = {name: (one["mem_limit"], one["cpus"], one["pids_limit"]) for name, one in found.items()
              if name.startswith("gateway")}  # fmt: skip
    assert limits == {"gateway": ("3g", 2.0, 512), "gateway-alice": ("4g", 1.0, 256), "gateway-bob": ("3g", 2.0, 512)}


def test_a_model_of_its_own_takes_nothing_of_the_deployments_so_no_key_goes_astray() -> None:
    alice = {"name": "alice", "domain": "a.lan", "model": "anthropic/claude", "model_key_file": "anthropic.key"}
    carol = {"name": "carol", "domain": "c.lan", "model": "local", "model_url": "http://10.0.0.5:8000/v1"}
    dave = {"name": "dave", "domain": "d.lan", "model": ""}
    stack = make_stack(**KEYED, gateways=[alice, BOB, carol, dave])
    lent = {one.name: one.model_key for one in stack.gateways}
    assert lent == {"main": "secrets/model-key", "alice": "secrets/alice.model-key", "bob": "secrets/model-key",
                    "carol": "secrets/carol.model-key", "dave": ""}  # fmt: skip
    primary = {one.name: config(stack, one.name).get("agents", {}).get("defaults", {}).get("model", {}).get("primary")
               for one in stack.gateways}  # fmt: skip
    assert primary == {"main": "openai/gpt-5", "alice": "anthropic/claude", "bob": "openai/gpt-5",
                       "carol": "custom/local", "dave": None}  # fmt: skip
    document = yaml.safe_load(render(stack)["compose.yaml"])
    assert document["services"]["gateway-alice"]["secrets"] == ["alice-token", "alice-model-key"]
    assert document["services"]["gateway-bob"]["secrets"] == ["bob-token", "model-key"]
    assert document["secrets"]["alice-model-key"] == {"file": "./secrets/alice.model-key"}


REFUSED = [
    ({"gateway_memory": "512m"}, "gateways.alice.gateway_memory: '512m' is too small"),
    ({"gateway_pids": "many"}, "gateways.alice.gateway_pids: 'many'"),
    ({"openclaw": 2026.1}, "gateways.alice.openclaw: 2026.1 was read as a number"),
    ({"upstream": "http://172.17.0.1:19001", "gateway_memory": "2g"}, "gateway_memory has no effect on it"),
    ({"model_key_file": "k"}, "alice: model_key_file is for a model, and none is named"),
    ({"model": "gpt-5"}, "alice: model 'gpt-5' names no provider"),
]


@pytest.mark.parametrize(("more", "words"), REFUSED)
def test_what_makes_no_sense_is_refused_with_the_name_of_the_gateway(
    tmp_path: Path, more: dict[str, Any], words: str
) -> None:
    entry = {"name": "alice", "domain": "a.lan", **more}
    with pytest.raises(SettingsError) as refused:
        deployments.open_folder(tmp_path, {"gateways": [entry]}, environ={})
    assert words in refused.value.message


def test_a_version_of_its_own_needs_an_image_that_has_versions(tmp_path: Path) -> None:
    flags = {"gateway_image": "mine/claw:1", "gateways": [{"name": "alice", "domain": "a.lan", "openclaw": "2026.8.2"}]}
    with pytest.raises(SettingsError, match=r"openclaw of alice has no effect, for gateway_image names one image"):
        deployments.open_folder(tmp_path, flags, environ={})


@pytest.mark.parametrize("text", [FLOW, BLOCK])
def test_a_key_of_an_entry_changes_and_all_other_lines_stay(tmp_path: Path, text: str) -> None:
    (tmp_path / "clawkit.yaml").write_text(text)
    assert listing.change(tmp_path, "alice", {"gateway_memory": "4g", "gateway_cpus": 1.5}) is True
    assert listing.change(tmp_path, "alice", {"gateway_memory": "4g"}) is False
    listing.change(tmp_path, "bob", {"openclaw": "2026.8.2"})
    after = (tmp_path / "clawkit.yaml").read_text()
    alice, bob = yaml.safe_load(after)["gateways"]
    assert alice == {"name": "alice", "domain": "a.lan", "gateway_memory": "4g", "gateway_cpus": 1.5}
    assert bob == {"name": "bob", "domain": "b.lan", "openclaw": "2026.8.2"}
    comments = ("# the first", "# grows", "# was 1g", "# end") if text is BLOCK else ("# the first",)
    assert all(comment in after for comment in comments)
    listing.change(tmp_path, "alice", {"gateway_memory": None, "gateway_cpus": None, "openclaw": None})
    listing.change(tmp_path, "bob", {"openclaw": None})
    assert (tmp_path / "clawkit.yaml").read_text() == text.replace("    gateway_memory: 2g # was 1g\n", "")


def test_set_says_what_it_did_and_takes_out_what_is_given_as_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "add", "alice", "--domain", "a.lan", "--gateway-memory", "4g", "--openclaw", "2026.8.2") == 0
    assert run(tmp_path, "set", "alice", "--gateway-memory", "3g", "--gateway-pids", "256") == 0
    told = capsys.readouterr().out
    assert "alice: gateway_memory 3g, gateway_pids 256; it is in clawkit.yaml" in told
    assert run(tmp_path, "set", "alice", "--gateway-memory", "") == 0
    assert "gateway_memory as for all" in capsys.readouterr().out
    assert run(tmp_path, "set", "alice", "--gateway-pids", "256") == 0
    assert "has that already" in capsys.readouterr().out
    found = deployments.open_folder(tmp_path, {}, environ={}).settings.gateways[0]
    assert found.own == {"openclaw": "2026.8.2", "gateway_pids": 256}
    run(tmp_path, "list", "--json")
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)["gateways"]}
    assert (listed["alice"]["version"], listed["alice"]["own"]) == ("2026.8.2", found.own)
    assert listed["main"]["own"] == {}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("set", "alice"), "nothing is given to be set"),
        (("set", "nobody", "--gateway-pids", "256"), "no further gateway 'nobody' (there are: alice)"),
        (("set", "main", "--gateway-pids", "256"), "try: clawkit up --gateway-pids 256"),
        (("set", "alice", "--gateway-memory", "1"), "'1' is not a size such as 2g"),
        (("remove", "alice", "--gateway-memory", "2g"), "--gateway-memory has no effect"),
        (("add", "alice", "--domain", "x.lan"), "gateways set alice"),
    ],
)
def test_a_slip_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    run(tmp_path, "add", "alice", "--domain", "a.lan")
    before = (tmp_path / "clawkit.yaml").read_text()
    assert run(tmp_path, *words) == 2
    assert told in capsys.readouterr().err
    assert (tmp_path / "clawkit.yaml").read_text() == before


class Registry:
    """Knows every image, and counts what is pulled."""

    def __init__(self) -> None:
        self.pulled: list[str] = []

    def architecture(self) -> str:
        return "amd64"

    def inspect(self, ref: str) -> ImageFacts | None:
        return ImageFacts(f"id-{ref}", (ref,), (), {}, {}, "amd64", 1, "") if ref in self.pulled else None

    def pull(self, ref: str, seconds: float) -> None:
        self.pulled.append(ref)


def ensured(settings: Settings) -> tuple[dict[str, Any], list[str]]:
    registry: Any = Registry()
    found = resolution.ensure(settings, registry, locked=None, say=lambda text: None)
    return {role: one.ref for role, one in found.items()}, registry.pulled


def test_each_version_is_pulled_once_and_goes_to_whom_it_belongs() -> None:
    carol = {**BOB, "name": "carol", "domain": "c.lan", "openclaw": "2026.8.2"}
    roles, pulled = ensured(Settings(**own(gateways=[ALICE, BOB, carol])))
    assert roles["gateway"].endswith(":2026.9.6")
    assert roles["gateway:alice"] == roles["gateway:carol"] and roles["gateway:alice"].endswith(":2026.8.2")
    assert "gateway:bob" not in roles
    assert len(pulled) == len(set(pulled)) == 3


def locked(version: str) -> LockedImage:
    return LockedImage(f"ghcr.io/openclaw/openclaw:{version}", f"claw:{version}", version, "pulled", f"id-{version}")


def lock(**images: str) -> Lock:
    return Lock("10.77.8.0/21", {key.replace("_", ":"): locked(version) for key, version in images.items()})


def test_the_image_of_each_comes_from_the_lock(tmp_path: Path) -> None:
    deployment = deployments.open_folder(tmp_path, own(), environ={})
    stack = deployment.stack(lock(gateway="2026.9.6", gateway_alice="2026.8.2"))
    assert {one.name: one.image.ref for one in stack.gateways} == {
        "main": "claw:2026.9.6", "alice": "claw:2026.8.2", "bob": "claw:2026.9.6"}  # fmt: skip
    images = {name: one["image"] for name, one in services(stack).items() if name.startswith("gateway")}
    assert images == {"gateway": "claw:2026.9.6", "gateway-alice": "claw:2026.8.2", "gateway-bob": "claw:2026.9.6"}


def settings(*entries: dict[str, Any]) -> Settings:
    return Settings.model_validate({"domain": "m.lan", "gateways": entries})


MOVED: Sequence[tuple[Lock, Settings, Lock, Settings, tuple[str, ...]]] = [
    # all that follow the deployment's version move with it, and no other
    (lock(gateway="1", gateway_alice="0"), settings(ALICE, BOB), lock(gateway="2", gateway_alice="0"),
     settings(ALICE, BOB), ("main", "bob")),
    # one gets a version of its own
    (lock(gateway="1"), settings(BOB), lock(gateway="1", gateway_bob="2"), settings({**BOB, "openclaw": "2"}),
     ("bob",)),
    # and the same one that it has: nothing moves
    (lock(gateway="1"), settings(BOB), lock(gateway="1", gateway_bob="1"), settings({**BOB, "openclaw": "1"}), ()),
    # what was its own once and lies in the lock still does not count
    (lock(gateway="1", gateway_bob="0"), settings(BOB), lock(gateway="2", gateway_bob="0"), settings(BOB),
     ("main", "bob")),
]  # fmt: skip


@pytest.mark.parametrize(("before", "was", "after", "wanted", "names"), MOVED)
def test_only_those_whose_image_changes_are_touched(
    before: Lock, was: Settings, after: Lock, wanted: Settings, names: tuple[str, ...]
) -> None:
    assert planning.moved(before, was, after, wanted) == names


def test_an_upgrade_of_one_names_it_and_the_command_that_insists(tmp_path: Path) -> None:
    deployment = deployments.open_folder(tmp_path, own(), environ={})
    wishes = planning.wishes(deployment, "2026.9.6", {}, "alice")
    assert wishes == {"gateways.alice.openclaw": "2026.9.6"}
    found = {"gateway:alice": locked("2026.9.6")}
    for before in (lock(gateway="1", gateway_alice="2026.8.2"), lock(gateway="2026.8.2")):
        assert planning.title(before, found) == "OpenClaw of alice 2026.8.2 -> 2026.9.6"
    for name, words in (("main", "the main gateway runs the deployment's version"), ("nobody", "no further gateway")):
        with pytest.raises(SettingsError, match=words):
            planning.wishes(deployment, "2026.9.6", {}, name)
    with pytest.raises(SettingsError, match="nginx_image is one for all gateways"):
        planning.wishes(deployment, "", {"nginx_image": "nginx:1"}, "alice")


def test_a_setting_of_one_gateway_is_laid_over_the_file_read_and_kept(tmp_path: Path) -> None:
    (tmp_path / "clawkit.yaml").write_text(f"# mine\nproxy: nginx\n{FLOW}")
    name = dotted.named("alice", "openclaw")
    laid = deployments.open_folder(tmp_path, {name: "2026.8.2"}, environ={}).settings
    assert (dotted.value(laid, name), dotted.value(laid, "proxy")) == ("2026.8.2", "nginx")
    assert dotted.value(laid, dotted.named("nobody", "openclaw")) is None
    assert dotted.keep(tmp_path, {name: "2026.8.2", "proxy": "caddy"}) is True
    text = (tmp_path / "clawkit.yaml").read_text()
    assert text.startswith("# mine\nproxy: caddy\n") and "openclaw: 2026.8.2" in text
    assert dotted.keep(tmp_path, {name: None}) is True
    assert (tmp_path / "clawkit.yaml").read_text() == f"# mine\nproxy: caddy\n{FLOW}"
    with pytest.raises(SettingsError, match="no further gateway 'nobody'"):
        deployments.open_folder(tmp_path, {dotted.named("nobody", "openclaw"): "1"}, environ={})


def test_images_build_makes_what_each_gateway_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    registry: Any = Registry()

    def build(recipes: Any, *_given: Any, **_more: Any) -> None:
        made.extend(one.tag for one in recipes)
        registry.pulled.extend(made)

    monkeypatch.setattr(resolution, "build", build)
    found = resolution.build_all(settings(ALICE, BOB), registry, say=lambda text: None)
    assert set(found) == {"openclaw", "caddy", "nginx", "certbot", "openclaw of alice"}
    assert ":2026.8.2-" in found["openclaw of alice"].ref and ":2026.9.6-" in found["openclaw"].ref
    assert len(made) == len(set(made)) == 5
