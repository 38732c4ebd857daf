"""Containers of the model from `docker inspect`: state, addresses, ports, and no secret."""

from __future__ import annotations

import os
from pathlib import Path

from live_view import FakeView, container, document

from clawkit.doctor.readers.live import containers, inspected
from clawkit.engine.view import Ending


def test_a_running_container_has_no_exit_status_of_its_own() -> None:
    seen = container(State={"Health": {"Status": "healthy", "Log": [{"ExitCode": 1, "Output": ""},
                                                                    {"ExitCode": 0, "Output": "ok\n"}]}})  # fmt: skip
    assert seen.running and seen.exit_code is None
    assert (seen.health, seen.health_log) == ("healthy", ("exit status 1", "ok"))
    assert seen.started == 1795514400.123456
    assert seen.finished is None


def test_one_that_was_killed_for_want_of_memory_says_so() -> None:
    seen = container(State={"Status": "exited", "ExitCode": 137, "OOMKilled": True}, HostConfig={"Memory": 536870912})
    assert (seen.state, seen.exit_code, seen.oom_killed, seen.memory) == ("exited", 137, True, 536870912)
    assert seen.at.text == "exited, status 137, killed for want of memory"


def test_the_engines_own_words_are_kept_when_it_could_not_start() -> None:
    words = "driver failed programming external connectivity: Bind for 0.0.0.0:443 failed: port is already allocated"
    seen = container(State={"Status": "created", "ExitCode": 128, "Error": words})
    assert seen.error == words and seen.exit_code == 128


def test_addresses_and_published_ports_of_both_families() -> None:
    ports = {"443/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8443"}, {"HostIp": "::", "HostPort": "8443"}],
             "443/udp": [{"HostIp": "0.0.0.0", "HostPort": "8443"}], "2019/tcp": None}  # fmt: skip
    seen = container(NetworkSettings={"Ports": ports, "Networks": {"web": {"IPAddress": "172.20.0.3", "Gateway": ""},
                                                                   "off": {"IPAddress": ""}}})  # fmt: skip
    assert seen.published == {443: ("0.0.0.0:8443", "[::]:8443")}
    assert seen.addresses == {"web": "172.20.0.3", "off": ""}
    assert seen.gateways == {}


def test_no_secret_gets_from_the_environment_or_the_command_line_into_the_model() -> None:
    seen = inspected.container(document(
        Config={"Env": ["OPENCLAW_GATEWAY_TOKEN=s3cret-token-value", "TOKEN_FILE=/run/secrets/t", "PORT=18789",
                        "DATABASE_URL=postgres://me:hunter22@db/x", "ANTHROPIC_API_KEY=sk-ant-0123456789"]},
        Args=["openclaw.mjs", "gateway", "--token", "s3cret-token-value", "--bind", "lan", "--password=hunter22"],
    ))  # fmt: skip
    shown = repr(seen)
    assert "s3cret" not in shown and "hunter22" not in shown and "sk-ant" not in shown
    assert seen.environment["TOKEN_FILE"] == "/run/secrets/t"
    assert seen.environment["PORT"] == "18789"
    assert seen.command[-3:-1] == ("--bind", "lan")


def test_the_status_of_a_run_that_docker_has_started_again_is_asked_for() -> None:
    view = FakeView(known=(document(RestartCount=3),),
                    ended=(Ending("claw", 1, 1.0), Ending("claw", None, 2.0), Ending("claw", 137, 2.0),
                           Ending("other", 78, 3.0)))  # fmt: skip
    (seen,) = containers.containers(view)
    assert (seen.restarts, seen.exit_code, seen.last_exit, seen.last_oom) == (3, None, 137, True)


def test_the_events_are_not_asked_for_when_nothing_was_restarted() -> None:
    (seen,) = containers.containers(FakeView(known=(document(),), ended=(Ending("claw", 1, 1.0),)))
    assert seen.last_exit is None


TCP = "  sl  local_address rem_address   st tx rx tr tm retrnsmt uid timeout inode\n   0: 0100007F:4965 00000000:0000 0A 0 0 0 0 0 7 1\n"  # noqa: E501


def test_what_listens_inside_is_read_from_its_network_namespace(tmp_path: Path) -> None:
    own = tmp_path / "4711"
    (own / "net").mkdir(parents=True)
    (own / "ns").mkdir()
    (own / "cgroup").write_text("0::/docker/" + "c0ffee" * 10)
    (own / "net/tcp").write_text(TCP)
    os.symlink("net:[42]", own / "ns/net")
    assert containers.of(document(State={"Pid": 4711}), tmp_path).listening == ("127.0.0.1:18789",)


def test_a_process_of_that_number_that_is_somebody_elses_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "4711/net").mkdir(parents=True)
    (tmp_path / "4711/cgroup").write_text("0::/user.slice")
    (tmp_path / "4711/net/tcp").write_text(TCP)
    assert containers.of(document(State={"Pid": 4711}), tmp_path).listening is None
