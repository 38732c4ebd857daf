from __future__ import annotations

from typing import Any

from clawkit.engine.inspected import service
from clawkit.engine.ports import Health, State

RAW: dict[str, Any] = {
    "Name": "/claw-proxy-1",
    "RestartCount": 2,
    "Config": {"Image": "clawkit/caddy:1", "Labels": {"com.docker.compose.service": "proxy",
                                                      "com.docker.compose.project.working_dir": "/srv/claw/stack"}},
    "State": {"Status": "running", "ExitCode": 0, "OOMKilled": False, "Health": {"Status": "healthy"},
              "StartedAt": "2026-11-29T23:46:51.185486123Z"},
    "NetworkSettings": {"Ports": {"443/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8443"}], "443/udp": None}},
}  # fmt: skip


def test_a_service_is_read_from_what_the_engine_says() -> None:
    found = service(RAW)
    assert (found.name, found.container, found.image) == ("proxy", "claw-proxy-1", "clawkit/caddy:1")
    assert (found.state, found.health, found.restarts) == (State.RUNNING, Health.HEALTHY, 2)
    assert found.started_at == "2026-11-29T23:46:51.185486+00:00"
    assert (found.folder, found.ports) == ("/srv/claw/stack", ("0.0.0.0:8443->443/tcp",))


def test_a_container_without_health_check_and_labels_is_one_too() -> None:
    bare = {**RAW, "Config": {"Image": "x", "Labels": None}, "State": {"Status": "exited", "ExitCode": 78}}
    found = service(bare)
    assert (found.name, found.health, found.exit_code, found.started_at) == ("claw-proxy-1", Health.NONE, 78, "")
