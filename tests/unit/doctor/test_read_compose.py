"""Services in all of Compose's spellings."""

from __future__ import annotations

from pathlib import Path

import pytest
from composereading import file, problems, project, service

from clawkit.doctor.readers import compose


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"80:80"', [("", 80, 80, "tcp")]),
        ("443:443/udp", [("", 443, 443, "udp")]),
        ("127.0.0.1:28789:18789", [("127.0.0.1", 28789, 18789, "tcp")]),
        ('"127.0.0.1::90"', [("127.0.0.1", None, 90, "tcp")]),
        ('"[::1]:8080:80"', [("::1", 8080, 80, "tcp")]),
        ('"[::]:443:443"', [("::", 443, 443, "tcp")]),
        ("80", [("", None, 80, "tcp")]),
        ("22:22", [("", 22, 22, "tcp")]),
        ("3000-3001:4000-4001", [("", 3000, 4000, "tcp"), ("", 3001, 4001, "tcp")]),
        ("{target: 80, published: 8080, host_ip: 127.0.0.1}", [("127.0.0.1", 8080, 80, "tcp")]),
        ('{target: 443, published: "443", protocol: udp, mode: host}', [("", 443, 443, "udp")]),
        ('"${PORT:-8443}:443"', [("", 8443, 443, "tcp")]),
    ],
)
def test_reads_every_spelling_of_a_port(written: str, expected: list[tuple[str, int | None, int, str]]) -> None:
    found = service(f"ports:\n  - {written}")
    assert [(port.address, port.published, port.target, port.protocol) for port in found.ports] == expected


def test_a_value_knows_its_line_and_keeps_secrets_to_itself() -> None:
    found = service(
        """
        ports:
          - "443:443"
        environment:
          - OPENCLAW_GATEWAY_TOKEN=3f9c;a'b
        command: [node, dist/index.js, gateway, --token, "hunter2hunter2"]
        """
    )
    assert (found.ports[0].at.line, found.ports[0].at.text) == (5, '- "443:443"')
    token = found.environment["OPENCLAW_GATEWAY_TOKEN"]
    assert token.value == "3f9c;a'b"
    assert token.at.text == "- OPENCLAW_GATEWAY_TOKEN=***"
    assert found.command is not None and "hunter2" not in found.command.at.text


@pytest.mark.parametrize(
    "written",
    [
        "environment:\n  A: 'true'\n  B: 1.50\n  C: 017\n  D: yes",
        "environment:\n  A: true\n  B: 1.5\n  C: 0o17\n  D: 'yes'",
        "environment:\n  - A=true\n  - B=1.5\n  - C=15\n  - D=yes",
    ],
)
def test_an_environment_is_handed_over_as_compose_does(written: str) -> None:
    values = {name: value.value for name, value in service(written).environment.items()}
    assert values == {"A": "true", "B": "1.5", "C": "15", "D": "yes"}


def test_a_variable_without_a_value_comes_from_the_shell_or_from_dotenv() -> None:
    written = "environment:\n  - OPENCLAW_GATEWAY_TOKEN\n  - TZ"
    unseen = service(written)
    assert unseen.environment == {}
    assert {name: value.value for name, value in unseen.inherited.items()} == {
        "OPENCLAW_GATEWAY_TOKEN": False,
        "TZ": False,
    }
    seen = service(written, env="TZ=UTC\n")
    assert seen.environment["TZ"].value == "UTC"
    assert seen.inherited["OPENCLAW_GATEWAY_TOKEN"].value is True


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("x:${TAG}", "x:"),
        ("x:$TAG", "x:"),
        ("x:${TAG:-latest}", "x:latest"),
        ("x:${EMPTY:-latest}", "x:latest"),
        ("x:${EMPTY-latest}", "x:"),
        ("x:${SET:-latest}", "x:2026.9.6"),
        ("x:${SET:+other}", "x:other"),
        ("x:${TAG:+other}", "x:"),
        ("x:${TAG:-${SET}}", "x:2026.9.6"),
        ("x:$$SET", "x:$SET"),
    ],
)
def test_puts_variables_in_as_compose_does(written: str, expected: str) -> None:
    found = project(f'services:\n  app:\n    image: "{written}"\n', env="EMPTY=\nSET=2026.9.6\n")
    image = found.services["app"].image
    assert image is not None and image.value == expected
    assert [value.value for value in found.unset] == (
        ["TAG"] if expected == "x:" and "TAG" in written and ":+" not in written else []
    )


def test_dotenv_knows_quotes_comments_and_earlier_variables() -> None:
    env = "\ufeffexport A=one # why\nB='$A#2'\nC=\"${A} two\"\n# D=x\nE=it's\nF: yaml\nA2=$A\r\n"
    found = service("environment: {A: $A, B: $B, C: $C, E: $E, F: $F, A2: $A2}", env=env)
    values = {name: value.value for name, value in found.environment.items()}
    assert values == {"A": "one", "B": "$A#2", "C": "one two", "E": "it's", "F": "yaml", "A2": "one"}


@pytest.mark.parametrize(
    "written",
    ["env_file: claw.env", "env_file: [claw.env]", "env_file:\n  - path: ./claw.env\n    required: false"],
)
def test_env_file_stands_below_environment(written: str) -> None:
    lines = "".join(f"    {line}\n" for line in f"{written}\nenvironment: {{B: own}}".splitlines())
    text = f"services:\n  app:\n    image: x\n{lines}"
    found = project(text, file("A=file\nB=file\n", "claw.env")).services["app"]
    assert {name: value.value for name, value in found.environment.items()} == {"A": "file", "B": "own"}
    assert str(found.environment["A"].at) == "claw.env:1"
    assert not found.env_unseen


def test_an_env_file_that_was_not_given_leaves_the_environment_open() -> None:
    assert service("env_file: other.env").env_unseen


def test_networks_of_a_service_with_the_default_one_where_nothing_is_written() -> None:
    assert [use.network for use in service("restart: always").networks] == ["default"]
    assert service("network_mode: host").networks == ()
    assert service("network_mode: host").host_network
    (use,) = (
        project(
            """
        services:
          openclaw:
            image: x
            networks: {backend: {ipv4_address: 172.30.0.3, aliases: [claw]}}
        networks:
          backend: {internal: true, ipam: {config: [{subnet: 172.30.0.0/24}]}}
        """
        )
        .services["openclaw"]
        .networks
    )
    assert (use.network, use.aliases, use.ipv4 and use.ipv4.value) == ("backend", ("claw",), "172.30.0.3")


def test_top_level_networks_and_volumes() -> None:
    found = project(
        """
        services:
          app: {image: x, networks: [proxy, ai], volumes: ["data:/data"]}
        networks:
          proxy: {external: true, name: traefik_web}
          ai: {internal: true, enable_ipv6: true, ipam: {config: [{subnet: 10.5.0.0/16}]}}
          old: {external: {name: legacy}}
        volumes:
          data:
          kept: {external: true}
        """
    )
    proxy, ai, old = (found.networks[name] for name in ("proxy", "ai", "old"))
    assert (proxy.external, proxy.real_name) == (True, "traefik_web")
    assert (ai.internal, ai.ipv6, [subnet.value for subnet in ai.subnets]) == (True, True, ["10.5.0.0/16"])
    assert (old.external, old.real_name) == (True, "legacy")
    assert {name: value.value for name, value in found.volumes.items()} == {"data": False, "kept": True}


def test_mounts_in_every_spelling(tmp_path: Path) -> None:
    (tmp_path / "nginx.conf").write_text("")
    text = """
        services:
          app:
            image: x
            volumes:
              - ./nginx.conf:/etc/nginx/nginx.conf:ro
              - ./certs:/certs:ro,Z
              - ~/.openclaw:/home/node/.openclaw
              - data:/data
              - /cache
              - C:\\claw:/claw
              - {type: bind, source: ./state, target: /state, read_only: true, bind: {selinux: z}}
            tmpfs: /tmp:size=64m
        volumes: {data: {}}
        """
    (found,) = compose.read([file(text, folder=tmp_path)], [])
    seen = [(m.source, m.target, m.kind, m.read_only, m.label, m.exists) for m in found.services["app"].mounts]
    assert seen == [
        ("./nginx.conf", "/etc/nginx/nginx.conf", "bind", True, "", True),
        ("./certs", "/certs", "bind", True, "Z", False),
        ("~/.openclaw", "/home/node/.openclaw", "bind", False, "", None),
        ("data", "/data", "volume", False, "", None),
        ("", "/cache", "volume", False, "", None),
        ("C:\\claw", "/claw", "bind", False, "", None),
        ("./state", "/state", "bind", True, "z", False),
        ("", "/tmp", "tmpfs", False, "", None),
    ]


def test_whether_a_source_is_there_is_not_judged_where_the_folder_is_not() -> None:
    assert service('volumes: ["./nginx.conf:/etc/nginx/nginx.conf"]').mounts[0].exists is None


@pytest.mark.parametrize(
    ("written", "test", "disabled"),
    [
        (
            "test: [CMD, curl, -f, http://localhost:18789/healthz]",
            ("CMD", "curl", "-f", "http://localhost:18789/healthz"),
            False,
        ),
        ("test: curl -f http://localhost", ("CMD-SHELL", "curl -f http://localhost"), False),
        ("test: [NONE]", ("NONE",), True),
        ("disable: true", (), True),
    ],
)
def test_healthchecks(written: str, test: tuple[str, ...], disabled: bool) -> None:
    found = service(f"healthcheck:\n  {written}\n  interval: 1m30s\n  timeout: 500ms\n  retries: 2\n  start_period: 5s")
    health = found.healthcheck
    assert health is not None
    assert (health.test, health.disabled) == (test, disabled)
    assert (health.interval, health.timeout, health.retries, health.start_period) == (90, 0.5, 2, 5)


@pytest.mark.parametrize(
    "written",
    [
        "mem_limit: 512m\npids_limit: 64",
        "deploy: {resources: {limits: {memory: 512M, pids: 64}}}",
        "mem_limit: 536870912\npids_limit: '64'",
    ],
)
def test_limits_by_either_key(written: str) -> None:
    found = service(written)
    assert (found.memory and found.memory.value, found.pids and found.pids.value) == (512 * 1024**2, 64)


def test_commands_split_as_a_shell_would() -> None:
    found = service('command: sh -c "openclaw gateway --bind lan"\nentrypoint: ["tini", "--"]')
    assert found.command is not None and found.command.value == ("sh", "-c", "openclaw gateway --bind lan")
    assert found.entrypoint is not None and found.entrypoint.value == ("tini", "--")


def test_the_rest_of_a_service() -> None:
    found = service(
        """
        container_name: claw
        hostname: claw.lan
        restart: no
        stop_grace_period: 5m30s
        stop_signal: SIGQUIT
        user: 0:0
        read_only: true
        cap_add: [NET_BIND_SERVICE]
        cap_drop: [ALL]
        security_opt: ["no-new-privileges:true"]
        extra_hosts:
          - host.docker.internal:host-gateway
          - db=10.0.0.9
          - v6:[::1]
        dns: 192.0.2.1
        expose: ["18789", 9000-9001]
        labels: [traefik.enable=true, bare]
        depends_on: {db: {condition: service_healthy}}
        logging: {driver: json-file, options: {max-size: 10m}}
        profiles: [extra]
        platform: linux/arm64
        deploy: {replicas: 2}
        """
    )
    assert found.names == ("app", "claw", "claw.lan")
    assert found.restart is not None and found.restart.value == "no"
    assert found.stop_grace is not None and found.stop_grace.value == 330
    assert {name: value.value for name, value in found.extra_hosts.items()} == {
        "host.docker.internal": "host-gateway",
        "db": "10.0.0.9",
        "v6": "::1",
    }
    assert [value.value for value in found.dns] == ["192.0.2.1"]
    assert [value.value for value in found.expose] == [18789, 9000, 9001]
    assert {name: value.value for name, value in found.labels.items()} == {"traefik.enable": "true", "bare": ""}
    assert found.depends_on["db"].value == "service_healthy"
    assert found.log_options == {"max-size": "10m"}
    assert found.replicas is not None and found.replicas.value == 2
    assert found.cap_add == ("NET_BIND_SERVICE",) and [drop.value for drop in found.cap_drop] == ["ALL"]


def test_the_misspelt_host_gateway_stays_as_written() -> None:
    found = service('extra_hosts: ["host.docker.internal:host_gateway"]')
    assert found.extra_hosts["host.docker.internal"].value == "host_gateway"


def test_crlf_a_byte_order_mark_and_an_old_version_line_are_no_fault() -> None:
    found = project('\ufeffversion: "3.8"\r\nservices:\r\n  app:\r\n    image: x\r\n    ports:\r\n      - "80:80"\r\n')
    assert problems(found) == []
    assert found.services["app"].ports[0].at.line == 6
    assert found.services["app"].ports[0].at.text == '- "80:80"'


def test_anchors_merge_keys_and_extensions_are_followed() -> None:
    found = project(
        """
        x-common: &common
          restart: unless-stopped
          logging: {options: {max-size: 5m}}
        services:
          app:
            <<: *common
            image: x
            restart: "no"
          other:
            <<: [*common]
            image: y
        """
    )
    assert problems(found) == []
    assert {name: one.restart and one.restart.value for name, one in found.services.items()} == {
        "app": "no",
        "other": "unless-stopped",
    }
    assert found.services["app"].log_options == {"max-size": "5m"}


def test_a_bomb_of_anchors_ends_in_a_problem() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [" + ", ".join([f"*{before}"] * 10) + "]")
    found = project("services: {}\n" + "\n".join(lines) + "\n")
    assert "yaml: document contains excessive aliasing" in problems(found)
