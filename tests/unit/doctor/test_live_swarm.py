"""A deployment of the kit's own on a Swarm, read live: nothing is wrong where nothing is, and what is gone is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from live_view import NOT_FOUND, FakeView

from clawkit import deployment as deployments
from clawkit.deployment import Deployment
from clawkit.doctor.diagnose import Diagnosis, diagnose
from clawkit.doctor.finding import Severity
from clawkit.doctor.model.exchange import Exchange, Vantage
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.live import deployed
from clawkit.doctor.registry import CAUSES
from clawkit.engine import seats
from clawkit.engine.ports import Node
from clawkit.engine.view import Document, Ran, Said
from clawkit.errors import EngineError
from clawkit.lock import Lock, LockedImage

SETTINGS = "name: demo\nengine: swarm\nproxy: {proxy}\ngateways: [{{name: alice, domain: alice.lan}}]\n"
IMAGES = {key: LockedImage(f"clawkit/{name}:1", f"clawkit/{name}:1", version, "built", f"id-{name}")
          for key, name, version in (("gateway", "openclaw", "2026.9.6"), ("caddy", "caddy", "2.11.4"),
                                     ("nginx", "nginx", "1.30.4"))}  # fmt: skip
LOCK = Lock("10.77.8.0/21", IMAGES, entry="10.0.0.1")
NODE = Node("n1", "node1", "10.0.0.1", True, "ready", True, {})


@pytest.fixture(params=["nginx", "caddy"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Deployment:
    (tmp_path / "clawkit.yaml").write_text(SETTINGS.format(proxy=request.param))
    found = deployments.open_folder(tmp_path, {}, environ={})
    deployments.write(found, found.stack(LOCK), LOCK)
    return deployments.open_folder(tmp_path, {}, environ={})


def services(site: Deployment) -> list[dict[str, Any]]:
    """As Swarm has them after `docker stack deploy` of what was rendered."""
    given = yaml.safe_load((site.rendered / "stack.yaml").read_text())["services"]
    return [{"ID": name, "Spec": {
        "Name": f"demo_{name}", "Mode": {"Replicated": {"Replicas": 1}},
        "TaskTemplate": {"ContainerSpec": {"Image": one["image"], "Args": one["command"], "User": one["user"],
                         "Env": [f"{key}={value}" for key, value in one.get("environment", {}).items()]},
                         "RestartPolicy": {"Condition": "any"}},
        "EndpointSpec": {"Ports": [{"Protocol": "tcp", "TargetPort": port["target"], "PublishedPort":
                                    port["published"]} for port in one.get("ports", ())]}}}
            for name, one in given.items()]  # fmt: skip


def task(service: str) -> dict[str, Any]:
    return {"ID": service, "ServiceID": service, "NodeID": "n1", "DesiredState": "running",
            "CreatedAt": "2026-11-30T08:00:00Z",
            "Status": {"State": "running", "Timestamp": "2026-11-30T08:00:00Z",
                       "ContainerStatus": {"ContainerID": f"c-{service}"}}}  # fmt: skip


@dataclass
class Each(FakeView):
    """Every gateway has the openclaw.json that was rendered for it."""

    folder: Path = Path()

    def run(self, container: str, command: Sequence[str], *, seconds: float) -> Ran:
        if command != ("cat", "/home/node/.openclaw/openclaw.json"):
            return NOT_FOUND
        name = container.partition("demo_gateway")[2].lstrip("-") or "main"
        return Ran(0, (self.folder / name / "openclaw.json").read_text(), "")


def judged(site: Deployment, found: Sequence[dict[str, Any]], running: Sequence[str]) -> Diagnosis:
    made = seats.documents("demo", found, [task(name) for name in running], [NODE], {})
    return diagnose(deployed.read(site, Each(known=tuple(made), folder=site.rendered / "gateway")), CAUSES)


def test_a_healthy_one_raises_no_alarm(site: Deployment) -> None:
    result = judged(site, services(site), ("proxy", "gateway", "gateway-alice"))
    assert [(c.slug, f.summary) for c, f in result.findings if f.severity is not Severity.INFO] == []
    assert [one for one in result.checked if one.outcome == "crashed"] == []
    assert result.looked


def test_a_gateway_beside_one_that_runs_is_named_when_it_is_scaled_to_nothing(site: Deployment) -> None:
    found = services(site)
    found[-1]["Spec"]["Mode"] = {"Replicated": {"Replicas": 0}}
    result = judged(site, found, ("proxy", "gateway"))
    assert result.root_cause is not None
    cause, finding = result.root_cause
    assert (cause.slug, finding.fix.command) == ("gateway-not-running", "docker service scale demo_gateway-alice=1")
    assert "demo_gateway-alice is exited, status 0: it ended by itself or was stopped, its service is scaled to 0" \
        in finding.summary  # fmt: skip


def test_a_service_that_was_removed_is_named_with_the_command_of_a_swarm(site: Deployment) -> None:
    without = [one for one in services(site) if one["ID"] != "proxy"]
    result = judged(site, without, ("gateway", "gateway-alice"))
    assert result.root_cause is not None
    cause, finding = result.root_cause
    assert (cause.slug, finding.fix.command) == ("proxy-not-running", "clawkit up")
    without = [one for one in services(site) if one["ID"] != "gateway-alice"]
    result = judged(site, without, ("proxy", "gateway"))
    assert result.root_cause is not None
    assert "service gateway-alice has no container" in result.root_cause[1].summary


@dataclass
class Ended(Each):
    """Alice's gateway has ended: nobody can read its file, and its log tells why."""

    def run(self, container: str, command: Sequence[str], *, seconds: float) -> Ran:
        return NOT_FOUND if container == "demo_gateway-alice" else Each.run(self, container, command, seconds=seconds)

    def logs(self, container: str, *, tail: int, since: str = "", seconds: float) -> tuple[Said, ...]:
        told = 'Invalid config at /home/node/.openclaw/openclaw.json: gateway: Unrecognized key: "frobnicate"'
        return (Said("2026-11-30T08:00:01Z", told),) if container == "demo_gateway-alice" else ()


def test_the_file_of_one_gateway_says_nothing_about_the_log_of_another(site: Deployment) -> None:
    failed = {**task("gateway-alice"), "DesiredState": "shutdown"}
    failed["Status"] = {**failed["Status"], "State": "failed", "Err": "task: non-zero exit (78)"}
    tasks = [task("proxy"), task("gateway"), failed]
    made = seats.documents("demo", services(site), tasks, [NODE], {})
    view = Ended(known=tuple(made), folder=site.rendered / "gateway")
    result = diagnose(deployed.read(site, view), CAUSES)
    assert result.root_cause is not None
    assert (result.root_cause[0].slug, "frobnicate" in result.root_cause[1].summary) == (
        "unrecognized-config-key", True)  # fmt: skip


def test_a_fault_that_stops_one_gateway_is_no_warning_because_another_serves(site: Deployment) -> None:
    config = site.rendered / "gateway/alice/openclaw.json"
    config.write_text(config.read_text().replace('"bind"', '"frobnicate": true, "bind"', 1))
    failed = {**task("gateway-alice"), "DesiredState": "shutdown"}
    failed["Status"] = {**failed["Status"], "State": "failed", "Err": "task: non-zero exit (78)"}
    again = {**task("gateway-alice"), "ID": "again", "CreatedAt": "2026-11-30T08:00:09Z"}
    again["Status"] = {**again["Status"], "State": "starting"}
    made = seats.documents("demo", services(site), [task("proxy"), task("gateway"), failed, again], [NODE], {})
    result = diagnose(deployed.read(site, Each(known=tuple(made), folder=site.rendered / "gateway")), CAUSES)
    assert result.root_cause is not None
    assert result.root_cause[0].slug == "unrecognized-config-key"
    assert "so it stops at its start" in result.root_cause[1].summary


class Worker(FakeView):
    def documents(self, project: str = "") -> tuple[Document, ...]:
        raise EngineError("docker service ls: Error response from daemon: This node is not a swarm manager. Worker "
                          "nodes can't be used to view or modify cluster state.")  # fmt: skip


def test_asked_of_a_worker_it_says_so_instead_of_missing_every_container(site: Deployment) -> None:
    seen = Exchange("https://localhost/healthz", Place("curl", None, "200"), Vantage.PUBLIC, status=200,
                    body='{"ok":true}')  # fmt: skip
    result = diagnose(replace(deployed.read(site, Worker()), exchanges=(seen,)), CAUSES)
    ((cause, finding),) = [one for one in result.findings if one[1].severity is not Severity.INFO]
    assert (cause.slug, finding.severity) == ("swarm-without-manager", Severity.WARNING)
    assert "this machine is no manager of the Swarm" in finding.summary


def test_a_machine_that_nobody_can_look_into_is_told(site: Deployment) -> None:
    view = FakeView(known=tuple(seats.documents("demo", services(site), [], [NODE], {})),
                    unreached={"node2": "clawkit has no way into node2"})  # fmt: skip
    setup = deployed.read(site, view)
    assert [one.message for one in setup.unread] == ["not looked at: clawkit has no way into node2"]
    assert (setup.swarm, setup.host.sockets_known) == ("demo", False)
