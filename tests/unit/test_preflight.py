from __future__ import annotations

import datetime as dt
import shutil
import socket
from collections import namedtuple
from pathlib import Path

import pytest

from clawkit import preflight
from clawkit.engine.ports import EngineInfo
from clawkit.errors import EnvironmentMissing
from clawkit.preflight import Trouble, meminfo, numbers, troubles
from clawkit.testing import free_ports
from fakes import FakeEngine, make_stack

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the tests may be small; a test that wants a small one says so."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, 10**12))
    monkeypatch.setattr(preflight, "meminfo", lambda: (16000, 8000))


def found(
    folder: Path, engine: FakeEngine | None = None, *, ours: tuple[int, ...] = (), **settings: object
) -> list[Trouble]:
    http_port, https_port = free_ports(2)
    ports = {"listen": "127.0.0.1", "http_port": http_port, "https_port": https_port}
    return list(troubles(make_stack(**{**ports, **settings}), folder, engine or FakeEngine(), ours))


@pytest.mark.parametrize(("info", "why"), [
    (EngineInfo("19.03.15", (1, 40), "2.26.0"), "Docker engine 19.03.15 is too old"),
    (EngineInfo("28.0.0", (1, 48), ""), "docker compose .* is not installed"),
    (EngineInfo("28.0.0", (1, 48), "1.29.2"), "docker compose 1.29.2 is too old"),
    (EngineInfo("28.0.0", (1, 48), "2.19.9"), "docker compose 2.19.9 is too old"),
])  # fmt: skip
def test_an_engine_that_cannot_run_the_files_is_refused(info: EngineInfo, why: str) -> None:
    with pytest.raises(EnvironmentMissing, match=why) as refused:
        preflight.engine(info)
    assert refused.value.fix


@pytest.mark.parametrize(("version", "api", "compose"), [
    ("20.10.24+dfsg1", (1, 41), "2.26.1-4"),
    ("28.0.0", (1, 48), "v2.20.0"),
    ("29.1.0", (1, 52), "5.0.1"),
])  # fmt: skip
def test_an_engine_of_today_is_taken(version: str, api: tuple[int, int], compose: str) -> None:
    preflight.engine(EngineInfo(version, api, compose))


def test_a_healthy_host_has_no_trouble(tmp_path: Path) -> None:
    assert found(tmp_path / "not/there/yet") == []


def test_a_taken_port_names_the_process_that_holds_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (trouble,) = found(tmp_path, https_port=port)
    assert trouble.fatal and f"port {port} is taken by" in trouble.message and "(pid " in trouble.message
    assert "--https-port" in trouble.fix


def test_a_taken_port_names_the_container_that_holds_it(tmp_path: Path) -> None:
    (trouble,) = found(tmp_path, FakeEngine(held={443: ("web-1",)}), https_port=443, ours=(80,))
    assert trouble.message == "port 443 is taken by container web-1"
    assert "docker stop web-1" in trouble.fix and "--https-port 8443" in trouble.fix


def test_a_port_that_our_own_proxy_holds_is_free_for_us(tmp_path: Path) -> None:
    assert found(tmp_path, FakeEngine(held={443: ("demo-proxy-1",)}), https_port=443, ours=(443,)) == []


def test_a_full_disk_is_named_with_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 300 * 2**20))
    (trouble,) = found(tmp_path / "not/there/yet")
    assert trouble.fatal and trouble.message == f"only 300 MB free on the disk of {tmp_path}; 1500 MB are needed"


def test_a_small_host_is_fatal_and_a_busy_one_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "meminfo", lambda: (512, 400))
    (small,) = found(tmp_path)
    monkeypatch.setattr(preflight, "meminfo", lambda: (4096, 400))
    (busy,) = found(tmp_path)
    assert (small.fatal, busy.fatal) == (True, False)
    assert "512 MB" in small.message and "400 MB" in busy.message


def test_the_memory_of_a_running_stack_is_not_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "meminfo", lambda: (512, 100))
    assert found(tmp_path, ours=(1,)) == []


def test_a_clock_in_the_past_is_fatal() -> None:
    (trouble,) = preflight._clock(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert trouble.fatal and "2020-01-01" in trouble.message
    assert list(preflight._clock(dt.datetime(2027, 1, 1, tzinfo=dt.UTC))) == []


def test_all_troubles_are_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, 0))
    monkeypatch.setattr(preflight, "meminfo", lambda: (512, 400))
    with pytest.raises(EnvironmentMissing, match="0 MB free") as refused:
        preflight.host(make_stack(), tmp_path, FakeEngine(), ours=(80, 443, 0))
    assert refused.value.details == ""  # a running stack needs no memory
    with pytest.raises(EnvironmentMissing, match="port 80 is taken by container web") as refused:
        preflight.host(make_stack(), tmp_path, FakeEngine(held={80: ("web",), 443: ("web",)}), ours=())
    assert [line.split(":")[0] for line in refused.value.details.splitlines()] == ["also"] * 3


def test_memory_is_read_as_the_kernel_prints_it(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:        2048000 kB\nMemFree: 1 kB\nMemAvailable:    1024000 kB\n")
    assert meminfo(tmp_path / "meminfo") == (2000, 1000)
    assert meminfo(tmp_path / "none") == (0, 0)


def test_version_numbers_are_found_in_what_tools_print() -> None:
    assert [numbers(text) for text in ("2.26.1-4", "v2.20.0", "dev")] == [(2, 26, 1), (2, 20, 0), ()]
