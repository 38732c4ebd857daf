from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from clawkit import bringup, wait
from clawkit import deployment as deployments
from clawkit.engine.ports import Health, State
from clawkit.errors import NotReady, SettingsError
from clawkit.probe import tls
from clawkit.probe.certificate import read
from clawkit.probe.tls import TlsFacts
from clawkit.render import generation_path
from clawkit.stack import Stack
from clawkit.testing import free_ports
from clawkit.tls import site
from clawkit.tls.authority import make_leaf, make_root
from clawkit.tls.pair import Pair
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


def test_a_new_certificate_is_waited_for_until_the_proxy_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wait, "FIRST_POLL_SECONDS", 0.0)
    flags = {"domain": "claw.test", "proxy": "nginx"}
    deployment = deployments.open_folder(tmp_path, flags, environ={})
    stack = make_stack(**flags)
    before, after = (make_leaf(make_root("test"), ("claw.test",)) for _ in range(2))
    site.install(deployment.rendered, "main", after, stack.owner)
    shown = [before, before, after]
    monkeypatch.setattr(tls, "handshake", lambda *_: TlsFacts(leaf=read(der(shown.pop(0)))))
    bringup.wait_for_reload(deployment, stack, serving(deployment.rendered, stack), lambda _: None)
    assert shown == []


def test_a_certificate_that_the_proxy_never_shows_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bringup, "RELOAD_SECONDS", 0.0)
    flags = {"domain": "claw.test", "proxy": "nginx"}
    deployment = deployments.open_folder(tmp_path, flags, environ={})
    stack = make_stack(**flags)
    monkeypatch.setattr(tls, "handshake", lambda *_: TlsFacts())
    with pytest.raises(NotReady, match=r"certificate of claw\.test is not ready .*still shows another one"):
        bringup.wait_for_reload(deployment, stack, serving(deployment.rendered, stack), lambda _: None)


def serving(folder: Path, stack: Stack) -> FakeEngine:
    """A proxy that serves what lies in the folder."""
    path = folder / generation_path(stack)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("abc\n")
    return FakeEngine((service("proxy"),))


def der(pair: Pair) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pair.certificate)
