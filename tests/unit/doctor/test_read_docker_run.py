"""`docker run` commands as they stand in scripts and notes."""

from __future__ import annotations

from pathlib import Path

from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.readers import docker_run
from clawkit.doctor.readers.text import TextFile


def read(text: str) -> Compose:
    found = docker_run.read(TextFile(Path("/given/run.sh"), "run.sh", text))
    assert found is not None
    return found


def run(text: str) -> Service:
    (found,) = read(text).services.values()
    return found


SCRIPT = """\
#!/bin/sh
TOKEN="3f9c0e7d5b1a4c2e"
docker network create claw
docker run -d --name openclaw \\
  --network claw --network-alias gw \\
  -p 127.0.0.1:28789:18789 -p9000:9000/udp \\
  -e OPENCLAW_GATEWAY_TOKEN=$TOKEN -e TZ \\
  -v ~/.openclaw:/home/node/.openclaw:Z \\
  --restart=unless-stopped -m 512m -itu 0:0 \\
  ghcr.io/openclaw/openclaw:2026.9.6 \\
  node openclaw.mjs gateway --bind lan > /dev/null
sudo docker run --rm -d --name caddy --net=host caddy:2
"""


def test_a_command_becomes_a_service() -> None:
    found = read(SCRIPT)
    assert list(found.services) == ["openclaw", "caddy"]
    one = found.services["openclaw"]
    assert one.image is not None and (one.image.value, one.image.at.line) == ("ghcr.io/openclaw/openclaw:2026.9.6", 10)
    assert one.command is not None and one.command.value == ("node", "openclaw.mjs", "gateway", "--bind", "lan")
    assert [(p.address, p.published, p.target, p.protocol, p.at.line) for p in one.ports] == [
        ("127.0.0.1", 28789, 18789, "tcp", 6),
        ("", 9000, 9000, "udp", 6),
    ]
    assert [(use.network, use.aliases) for use in one.networks] == [("claw", ("gw",))]
    assert (one.restart and one.restart.value, one.memory and one.memory.value) == ("unless-stopped", 512 * 1024**2)
    assert one.user is not None and one.user.value == "0:0"
    (mount,) = one.mounts
    assert (mount.source, mount.target, mount.kind, mount.label) == ("~/.openclaw", "/home/node/.openclaw", "bind", "Z")
    assert found.services["caddy"].host_network
    assert not found.networks["claw"].external and found.problems == ()


def test_secrets_stay_out_of_every_place() -> None:
    one = run(
        "docker run -e OPENCLAW_GATEWAY_TOKEN=3f9c0e7d5b1a4c2e openclaw/openclaw gateway --password hunter2hunter2\n"
    )
    assert one.environment["OPENCLAW_GATEWAY_TOKEN"].value == "3f9c0e7d5b1a4c2e"
    assert "3f9c0e7d5b1a4c2e" not in one.environment["OPENCLAW_GATEWAY_TOKEN"].at.text
    assert one.command is not None and "hunter2" not in one.command.at.text
    assert "3f9c" not in one.at.text


def test_a_variable_without_a_value_is_inherited() -> None:
    one = run("docker run -e TZ --env-file .env openclaw/openclaw\n")
    assert list(one.inherited) == ["TZ"] and one.env_unseen and one.environment == {}


def test_without_a_network_it_is_dockers_own_bridge() -> None:
    one = run("docker run --name a nginx\n")
    assert one.networks == () and one.network_mode is not None and one.network_mode.value == "bridge"
    assert run("docker run --network container:openclaw nginx\n").network_mode is not None


def test_a_network_that_nobody_creates_is_external_and_one_may_be_joined_later() -> None:
    found = read("docker run -d --name a --network web nginx\ndocker network connect --alias b2 ai a\n")
    assert found.networks["web"].external
    assert [(use.network, use.aliases) for use in found.services["a"].networks] == [("web", ()), ("ai", ("b2",))]


def test_notes_with_prompts_and_a_health_check() -> None:
    one = run(
        "First start it:\n\n    $ docker run --health-cmd 'curl -f localhost' --health-interval 5s --add-host "
        "host.docker.internal:host-gateway --mount type=bind,src=/srv,dst=/data,readonly caddy:2\n"
    )
    assert one.name == "caddy" and one.healthcheck is not None
    assert (one.healthcheck.test, one.healthcheck.interval) == (("CMD-SHELL", "curl -f localhost"), 5)
    assert one.extra_hosts["host.docker.internal"].value == "host-gateway"
    assert [(m.source, m.target, m.kind, m.read_only) for m in one.mounts] == [("/srv", "/data", "bind", True)]


def test_a_port_that_docker_refuses_is_a_problem() -> None:
    found = read("docker run -p 80:http nginx\n")
    assert [(problem.message, problem.kind) for problem in found.problems] == [
        ("docker: Invalid containerPort: http", "port")
    ]


def test_other_text_has_no_such_command() -> None:
    for text in ("", "docker ps\ndocker running\n", "echo docker run x\n", "run docker\n", "docker run\n"):
        assert docker_run.read(TextFile(Path("/given/x.sh"), "x.sh", text)) is None
