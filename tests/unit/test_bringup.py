from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clawkit import bringup, wait
from clawkit import deployment as deployments
from clawkit.engine.ports import Health, State
from clawkit.errors import NotReady, SettingsError
from clawkit.testing import free_ports
from fakes import FakeEngine, make_stack, service


def test_two_folders_with_one_project_name_do_not_replace_each_other(tmp_path: Path) -> None:
    deployment = deployments.open_folder(tmp_path / "mine", {"name": "claw"}, environ={})
    with pytest.raises(SettingsError, match="'claw' is in use by the deployment in /srv/other") as refused:
        bringup.refuse_other_folder(deployment, (service("gateway", folder="/srv/other/stack"),))
    assert refused.value.fix is not None and "--dir /srv/other" in refused.value.fix


def test_the_same_folder_by_another_path_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "mine/stack").mkdir(parents=True)
    (tmp_path / "link").symlink_to("mine")
    deployment = deployments.open_folder(tmp_path / "link", {}, environ={})
    bringup.refuse_other_folder(deployment, (service("gateway", folder=str(tmp_path / "mine/stack")),))


def test_a_gateway_that_is_late_is_shown_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait, "FIRST_POLL_SECONDS", 0.0)
    http_port, https_port = free_ports(2)
    stack = make_stack(listen="127.0.0.1", http_port=http_port, https_port=https_port, timeout=1)
    stack = replace(stack, settings=stack.settings.model_copy(update={"timeout": 0.05}))
    engine = FakeEngine((service("proxy"), service("gateway", health=Health.STARTING)), said="loading plugins\n")
    with pytest.raises(NotReady, match=r"gateway is not ready .*\(connection refused\)") as late:
        bringup.wait_until_ready(stack, engine, lambda _: None)
    assert late.value.details == "loading plugins"


def test_only_the_running_proxys_ports_are_our_own() -> None:
    ports = ("0.0.0.0:443->443/tcp", ":::8080->80/tcp")
    assert bringup.own_ports((service("proxy", ports=ports),)) == (443, 8080)
    assert bringup.own_ports((service("proxy", ports=ports, state=State.EXITED),)) == ()
    assert bringup.own_ports((service("gateway", ports=ports),)) == ()
