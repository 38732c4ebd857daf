from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from clawkit import deployment as deployments
from clawkit.deployment import Deployment, wanted_images
from clawkit.engine.ports import EngineInfo
from clawkit.errors import EnvironmentMissing, SettingsError
from clawkit.files import Change
from clawkit.images.model import wanted_kind
from clawkit.lock import Lock, LockedImage
from clawkit.settings.model import Settings
from clawkit.tls.authority import make_leaf, make_root
from fakes import full_disk

OWNED = LockedImage("caddy:2", "caddy@sha256:0", "2.11.4", "pulled", "sha256:1")


def opened(folder: Path, **flags: Any) -> Deployment:
    return deployments.open_folder(folder, flags, environ={})


def written(folder: Path, **flags: Any) -> deployments.Written:
    deployment = opened(folder, **flags)
    return deployments.write(deployment, deployment.stack(), deployment.lock)


def test_a_first_write_makes_everything_and_a_second_changes_nothing(tmp_path: Path) -> None:
    first = written(tmp_path)
    assert set(first.changes.values()) == {Change.CREATED}
    assert first.made == ("token of gateway", "private CA")
    second = written(tmp_path)
    assert (second.changed, second.made) == ((), ())


def test_the_token_stands_in_its_own_file_alone(tmp_path: Path) -> None:
    written(tmp_path)
    deployment = opened(tmp_path)
    token = deployment.tokens(deployment.stack())["main"].reveal()
    holders = [path for path in tmp_path.rglob("*") if path.is_file() and token in path.read_text()]
    assert len(token) >= 32
    assert holders == [tmp_path / "stack/secrets/main.token"]
    assert holders[0].stat().st_mode & 0o777 == 0o600


def test_the_token_goes_along_when_the_files_are_written_elsewhere(tmp_path: Path) -> None:
    written(tmp_path)
    deployment = opened(tmp_path)
    deployments.write(deployment, deployment.stack(), deployment.lock, tmp_path / "ejected")
    kept, copied = tmp_path / "stack/secrets/main.token", tmp_path / "ejected/secrets/main.token"
    assert kept.read_text() == copied.read_text()


def test_a_token_that_cannot_be_read_is_an_error_and_not_a_new_token(tmp_path: Path) -> None:
    (tmp_path / "stack/secrets/main.token").mkdir(parents=True)
    deployment = opened(tmp_path)
    with pytest.raises(EnvironmentMissing, match=r"cannot read .*main\.token"):
        deployment.tokens(deployment.stack())


def test_a_stack_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack/compose.yaml").write_text("services: {}\n")
    with pytest.raises(SettingsError, match="that clawkit did not write"):
        opened(tmp_path)
    assert os.listdir(tmp_path / "stack") == ["compose.yaml"]


def test_an_output_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/compose.yaml").write_text("services: {}\n")
    deployment = opened(tmp_path)
    with pytest.raises(SettingsError, match="that clawkit did not write"):
        deployments.write(deployment, deployment.stack(), Lock(), tmp_path / "out")
    assert os.listdir(tmp_path / "out") == ["compose.yaml"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="is not a folder"):
        opened(tmp_path / "file")


def test_a_full_disk_ends_in_one_clear_error_and_the_next_run_mends_it(tmp_path: Path) -> None:
    with full_disk(), pytest.raises(EnvironmentMissing, match="cannot write"):
        written(tmp_path)
    assert not any(path.name.startswith(".") for path in tmp_path.rglob("*"))
    assert written(tmp_path).changed
    assert written(tmp_path).changed == ()


def test_commands_on_a_running_stack_want_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"no deployment in {tmp_path}"):
        deployments.require(opened(tmp_path))


def test_the_locked_subnet_stays_until_the_settings_name_another(tmp_path: Path) -> None:
    lock = Lock(pool="10.90.0.0/21")
    assert opened(tmp_path).stack(lock).pool == "10.90.0.0/21"
    assert opened(tmp_path, subnet="10.91.0.0/21").stack(lock).pool == "10.91.0.0/21"


def test_the_subnet_avoids_the_engines_networks_but_not_its_own(tmp_path: Path) -> None:
    deployment = opened(tmp_path)
    first = deployment.pool({})
    assert deployment.pool({"other": (first, "fd00::/64")}) != first
    assert deployment.pool({f"{deployment.project_name}_edge": (first,)}) == first


def test_a_locked_image_is_used_until_the_settings_want_another(tmp_path: Path) -> None:
    lock = Lock(images={"caddy": OWNED})
    assert opened(tmp_path).stack(lock).images.proxy == OWNED.image
    assert opened(tmp_path, caddy_image="caddy:2.9").stack(lock).images.proxy.ref == "caddy:2.9"


@pytest.mark.parametrize("ref", ["caddy", "caddy:2", "r.test:5000/caddy", "r.test:5000/c:1", "c@sha256:" + "0" * 64])
def test_the_lock_and_the_room_of_images_want_the_same(ref: str) -> None:
    settings = Settings(gateway_image=ref, caddy_image=ref, nginx_image=ref)
    wanted = wanted_images(settings)
    assert wanted["caddy"] == wanted_kind(settings, "caddy").ref
    assert wanted["nginx"] == wanted_kind(settings, "nginx").ref
    assert wanted["gateway"] == wanted_kind(settings, "openclaw").ref


def test_only_a_new_engine_is_asked_for_a_start_interval(tmp_path: Path) -> None:
    old, new = EngineInfo("20.10.24", (1, 41), "2.26.1"), EngineInfo("25.0.0", (1, 44), "2.26.1")
    assert [opened(tmp_path).stack(info=info).start_interval for info in (None, old, new)] == [False, False, True]


def test_only_a_new_kernel_is_told_to_hand_connections_over(tmp_path: Path) -> None:
    infos = [None, *(EngineInfo("28.0.0", (1, 48), "2.33.0", kernel) for kernel in ((5, 10), (5, 14), (6, 1)))]
    assert [opened(tmp_path).stack(info=info).migrates_connections for info in infos] == [False, False, True, True]


def test_the_proxy_never_runs_as_root(tmp_path: Path) -> None:
    uid, gid = deployments.owner(tmp_path / "not/there/yet")
    assert uid != 0 and gid != 0


def test_flags_are_kept_in_a_folder_that_is_made_for_them(tmp_path: Path) -> None:
    deployment = opened(tmp_path / "new", domain="a.test")
    assert deployments.keep(deployment, {"domain": "a.test"})
    assert opened(tmp_path / "new").settings.domain == "a.test"


def test_an_own_certificate_that_does_not_fit_is_refused_before_a_byte_is_written(tmp_path: Path) -> None:
    root = make_root("test")
    wrong = make_leaf(root, ("other.test",))
    (tmp_path / "claw.pem").write_text(wrong.certificate + root.certificate)
    (tmp_path / "claw.key").write_text(wrong.key)
    flags = {"domain": "claw.test", "tls_cert": "claw.pem", "tls_key": "claw.key"}
    deployment = opened(tmp_path, **flags)
    with pytest.raises(SettingsError, match=r"covers other\.test, not claw\.test"):
        deployments.write(deployment, deployment.stack(), deployment.lock)
    assert not deployment.rendered.exists()


def test_a_folder_that_is_there_already_keeps_its_mode(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    deployment = deployments.open_folder(tmp_path / "kit", {}, environ={})
    deployments.write(deployment, deployment.stack(), deployment.lock, shared)
    assert shared.stat().st_mode & 0o7777 == 0o1777
