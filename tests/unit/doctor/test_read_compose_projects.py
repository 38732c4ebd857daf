"""Which files make a project, how they are laid over each other, and what Compose refuses."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from composereading import file, problems, project

from clawkit.doctor.readers import compose

BASE = """
    services:
      openclaw:
        image: ghcr.io/openclaw/openclaw:2026.9.6
        command: [node, openclaw.mjs, gateway]
        ports: ["18789:18789"]
        environment: {A: base, B: base}
        volumes: ["./state:/home/node/.openclaw"]
    """


def test_an_override_is_laid_over_its_base() -> None:
    over = """
        services:
          openclaw:
            command: [node, openclaw.mjs, gateway, --bind, lan]
            ports: ["127.0.0.1:28789:18789"]
            environment: [B=over]
            volumes: ["claw:/home/node/.openclaw"]
        volumes: {claw: {}}
        """
    found = project(BASE, file(over, "compose.override.yaml"))
    one = found.services["openclaw"]
    assert one.command is not None and one.command.value[-2:] == ("--bind", "lan")
    assert [port.published for port in one.ports] == [18789, 28789]
    assert {name: value.value for name, value in one.environment.items()} == {"A": "base", "B": "over"}
    assert [mount.source for mount in one.mounts] == ["claw"]
    assert one.command.at.source == "compose.override.yaml" and one.ports[0].at.source == "compose.yaml"
    assert problems(found) == [] and found.files == ("compose.yaml", "compose.override.yaml")


def test_reset_and_override_take_back_what_the_base_has() -> None:
    over = """
        services:
          openclaw:
            ports: !override ["9:18789"]
            environment: !reset null
        """
    one = project(BASE, file(over, "compose.override.yml")).services["openclaw"]
    assert [port.published for port in one.ports] == [9]
    assert one.environment == {}


def test_a_file_without_images_is_laid_over_the_base_and_a_whole_one_is_not() -> None:
    fragment = file("services: {openclaw: {ports: ['8443:443']}}", "docker-compose.prod.yml")
    whole = file("services: {caddy: {image: 'caddy:2'}}", "caddy.yml")
    first, second = compose.read([file(BASE), fragment, whole], [])
    assert [port.published for port in first.services["openclaw"].ports] == [18789, 8443]
    assert list(second.services) == ["caddy"] and second.at.source == "caddy.yml"


def test_compose_yaml_wins_over_docker_compose_yml() -> None:
    (found,) = compose.read([file("services: {old: {image: y}}", "docker-compose.yml"), file(BASE)], [])
    assert list(found.services) == ["openclaw"]


def test_compose_file_in_dotenv_chooses_the_files() -> None:
    env = file("COMPOSE_FILE=a.yml:b.yml\nCOMPOSE_PROJECT_NAME=claw\n", ".env")
    given = [file("services: {a: {image: x}}", "a.yml"), file("services: {b: {image: x}}", "b.yml")]
    (found,) = compose.read(given, [env])
    assert list(found.services) == ["a", "b"] and found.name == "claw"


def test_includes_and_extends_are_followed() -> None:
    text = """
        include:
          - caddy/compose.yaml
        services:
          openclaw:
            extends: {file: common.yml, service: base}
            image: x
        """
    common = file("services: {base: {image: y, restart: always, environment: {A: '1'}}}", "common.yml")
    caddy = file("services: {caddy: {image: 'caddy:2', ports: ['80:80']}}", "compose.yaml", "/given/caddy")
    found = project(text, common, caddy)
    one = found.services["openclaw"]
    assert (one.image and one.image.value, one.restart and one.restart.value) == ("x", "always")
    assert one.environment["A"].at.source == "common.yml"
    assert set(found.services) == {"openclaw", "caddy"} and problems(found) == []


def test_files_of_two_folders_are_two_projects() -> None:
    found = compose.read([file(BASE, folder="/a"), file("services: {caddy: {image: c}}", folder="/b")], [])
    assert [list(one.services) for one in found] == [["openclaw"], ["caddy"]]


def test_other_yaml_is_no_compose_file() -> None:
    assert compose.read([file("http:\n  routers: {}\n", "dynamic.yml"), file("a: 1\n", "values.yaml")], []) == ()


INVALID = ": invalid compose project"
HEAD = "services:\n  app:\n    image: x\n"


@pytest.mark.parametrize(
    ("text", "words", "line", "kind"),
    [
        ("services:\n  app:\n\timage: x\n", "yaml: line 3: found character that cannot start any token", 3, "syntax"),
        (f"{HEAD}   ports: []\n", "yaml: line 4: did not find expected key", 4, "syntax"),
        (
            f"{HEAD}    image: y\n",
            'yaml: unmarshal errors: line 4: mapping key "image" already defined at line 3',
            4,
            "duplicate-key",
        ),
        (f"{HEAD}    port: ['80:80']\n", "services.app Additional property port is not allowed", 4, "unknown-key"),
        (f"{HEAD}network: {{}}\n", "(root) Additional property network is not allowed", 4, "unknown-key"),
        (f"{HEAD}    ports: '80:80'\n", "services.app.ports must be a list", 4, "shape"),
        (f"{HEAD}    ports: ['80:http']\n", "Invalid containerPort: http", 4, "port"),
        (f"{HEAD}    ports: ['70000:80']\n", "Invalid hostPort: 70000", 4, "port"),
        (f"{HEAD}    depends_on: [db]\n", 'service "app" depends on undefined service "db"', 4, "undefined-service"),
        (f"{HEAD}    networks: [web]\n", 'service "app" refers to undefined network web', 4, "undefined-network"),
        (
            f"{HEAD}    volumes: ['d:/d', 'data:/d2']\nvolumes: {{d: }}\n",
            'service "app" refers to undefined volume data',
            4,
            "undefined-volume",
        ),
        (f"{HEAD}    secrets: [tok]\n", 'service "app" refers to undefined secret tok', 4, "undefined-secret"),
        (f"{HEAD}    configs: [{{source: c}}]\n", 'service "app" refers to undefined config c', 4, "undefined-config"),
        (
            f"{HEAD}    network_mode: host\n    networks: [default]\n",
            "service app declares mutually exclusive `network_mode` and `networks`",
            4,
            "network-mode",
        ),
        (
            f"{HEAD}    network_mode: service:gw\n",
            'service "app" depends on undefined service "gw"',
            4,
            "undefined-service",
        ),
        (
            f"{HEAD}    environment:\n      - A: b\n",
            "services.app.environment.[0]: unexpected type map[string]interface {}",
            5,
            "shape",
        ),
        (
            f"{HEAD}    environment:\n      T: ${{T:?set it}}\n",
            "error while interpolating services.app.environment.T: required variable T is missing a value: set it",
            5,
            "required-variable",
        ),
        (
            f"{HEAD}    command: echo ${{A\n",
            "invalid interpolation format for services.app.command. "
            "You may need to escape any $ with another $. echo ${A",
            4,
            "interpolation",
        ),
        (
            f"{HEAD}    healthcheck: {{interval: 30}}\n",
            "services.app.healthcheck.interval must be a string",
            4,
            "shape",
        ),
        (
            f"{HEAD}    healthcheck: {{test: [curl, x]}}\n",
            'healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"',
            4,
            "healthcheck",
        ),
        (
            f"{HEAD}    extra_hosts: [host.docker.internal]\n",
            "invalid additional host, missing IP: host.docker.internal",
            4,
            "extra-hosts",
        ),
        (
            f"{HEAD}    mem_limit: 2g\n    deploy: {{resources: {{limits: {{memory: 1g}}}}}}\n",
            "services.app: can't set distinct values on 'mem_limit' and 'deploy.resources.limits.memory'",
            4,
            "distinct-limits",
        ),
        (
            "services:\n  app:\n    ports: ['80:80']\n",
            'service "app" has neither an image nor a build context specified',
            2,
            "no-image",
        ),
        ("services:\n  app:\n", "services.app must be a mapping", 2, "shape"),
        (
            "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n",
            "dependency cycle detected: a -> b -> a",
            2,
            "cycle",
        ),
        (
            "services:\n  a: {image: x, ports: ['80:80']}\n  b: {image: x, ports: ['80:81']}\n",
            "Bind for 0.0.0.0:80 failed: port is already allocated (by service a)",
            3,
            "port-conflict",
        ),
        ("", "empty compose file", None, "shape"),
    ],
)
def test_says_what_compose_says(text: str, words: str, line: int | None, kind: str) -> None:
    """Without the ": invalid compose project" that Compose puts behind most."""
    found = project(text)
    assert [(p.message.removesuffix(INVALID), p.at.line, p.kind) for p in found.problems] == [(words, line, kind)]


def test_names_that_nobody_defines_make_an_invalid_project() -> None:
    (message,) = problems(project(f"{HEAD}    networks: [web]\n"))
    assert message == f'service "app" refers to undefined network web{INVALID}'


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}    ports: ['80:80', '80:80/udp']\n",
        "services:\n  a: {image: x, ports: ['127.0.0.1:80:80']}\n  b: {image: x, ports: ['127.0.0.2:80:81']}\n",
        "services:\n  a: {image: x, ports: ['80:80']}\n  b: {image: x, ports: ['80:80'], profiles: [other]}\n",
        f"{HEAD}    x-own: 1\nx-more: {{}}\n",
        f"{HEAD}    networks: [default]\n    depends_on: {{db: {{condition: service_started}}}}\n  db: {{build: .}}\n",
        f"{HEAD}    healthcheck: {{test: [NONE]}}\n    gpus: all\n    post_start: []\n",
        f"{HEAD}    models: [m]\nmodels: {{m: {{}}}}\n",
        f"{HEAD}    volumes: [/data, ./x:/x, {{type: tmpfs, target: /t}}]\n",
        "name: claw\nservices:\n  app: {build: {context: ., dockerfile: D}, env_file: [{path: a, required: false}]}\n",
    ],
)
def test_finds_nothing_to_refuse_in_healthy_files(text: str) -> None:
    assert problems(project(text)) == []


def test_after_a_tab_the_rest_is_still_read() -> None:
    found = project("services:\n  app:\n\timage: x\n\tports: ['80:80']\n")
    assert [(p.kind, p.at.line) for p in found.problems] == [("syntax", 3)]
    assert [(port.target, port.at.line) for port in found.services["app"].ports] == [(80, 4)]


def test_files_that_are_not_there_are_named_where_the_folder_is_known(tmp_path: Path) -> None:
    text = """
        services:
          app:
            image: x
            env_file: [claw.env, {path: maybe.env, required: false}]
            secrets: [token]
        secrets: {token: {file: ./token.txt}}
        """
    given = file(text, folder=tmp_path)
    assert [value.value for one in compose.read([given], []) for value in one.missing_files] == []
    given.path.write_text(given.text)
    (found,) = compose.read([given], [])
    assert [(value.value, value.at.line) for value in found.missing_files] == [("claw.env", 5), ("./token.txt", 7)]
    (tmp_path / "token.txt").write_text("x")
    (found,) = compose.read([given], [file("A=1", "claw.env", tmp_path)])
    assert found.missing_files == ()


def test_garbage_is_a_problem_and_never_an_exception() -> None:
    for text in (
        "services: [",
        "services: {a: [1]}",
        "services: 3",
        "\x00",
        "services:\n  a: {ports: 3, volumes: x}\n",
    ):
        for one in compose.read([file(text)], []):
            assert one.problems


def test_a_long_file_is_read_within_the_doctors_time() -> None:
    lines = "".join(
        f"  s{n}:\n    image: x\n    ports: ['{n + 1}:80']\n    environment: {{A: '1'}}\n" for n in range(200)
    )
    started = time.perf_counter()
    assert len(project(f"services:\n{lines}").services) == 200
    assert time.perf_counter() - started < 1
