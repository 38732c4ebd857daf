"""What flags and environment make of openclaw.json, and which service runs the gateway."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from composereading import file as compose_file
from composereading import project

from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.gateway import Gateway, TokenKind
from clawkit.doctor.readers import openclaw, systemd
from clawkit.doctor.readers.text import TextFile

CONFIG = '{gateway: {mode: "local", port: 19000, bind: "loopback", auth: {mode: "token"}}}'
IMAGE = "image: ghcr.io/openclaw/openclaw:2026.9.6"


def service(lines: str, env: str | None = None) -> Service:
    inner = "".join(f"    {line}\n" for line in lines.strip().splitlines())
    return project(f"services:\n  openclaw:\n{inner}", env=env).services["openclaw"]


def effective(lines: str, config: str | None = CONFIG, env: str | None = None) -> Gateway:
    given = openclaw.read(TextFile(Path("/given/openclaw.json"), "openclaw.json", config), {}) if config else None
    return openclaw.effective(given, service(lines, env), None)


def test_a_flag_beats_the_environment_and_the_environment_the_file() -> None:
    flag = effective(
        f"{IMAGE}\ncommand: [node, openclaw.mjs, gateway, --port, '28002', --bind=lan]\n"
        "environment: {OPENCLAW_GATEWAY_PORT: 28001}"
    )
    variable = effective(f"{IMAGE}\nenvironment: {{OPENCLAW_GATEWAY_PORT: 28001}}")
    assert (flag.effective_port, flag.bind and flag.bind.value) == (28002, "lan")
    assert (variable.effective_port, variable.bind and variable.bind.value) == (28001, "loopback")
    assert variable.port is not None and variable.port.at.text == "environment: {OPENCLAW_GATEWAY_PORT: 28001}"
    assert effective(IMAGE).effective_port == 19000
    assert effective(IMAGE, None).effective_port == 18789


@pytest.mark.parametrize(("written", "port"), [("abc", 19000), ("", 19000), ("127.0.0.1:28789", 28789), ("0", 19000)])
def test_a_port_variable_that_is_none_is_ignored_as_openclaw_does(written: str, port: int) -> None:
    assert effective(f'{IMAGE}\nenvironment: {{OPENCLAW_GATEWAY_PORT: "{written}"}}').effective_port == port


def test_the_bind_variable_is_compose_s_and_not_the_gateways() -> None:
    command = 'command: ["node", "dist/index.js", "gateway", "--bind", "${OPENCLAW_GATEWAY_BIND:-lan}"]'
    own = effective(f"{IMAGE}\nenvironment: {{OPENCLAW_GATEWAY_BIND: tailnet}}").bind
    assert own is not None and own.value == "loopback" and own.at.source == "openclaw.json"
    found = effective(f"{IMAGE}\n{command}", env="OPENCLAW_GATEWAY_BIND=tailnet\n").bind
    assert found is not None and found.value == "tailnet"


def test_a_named_profile_moves_the_port_where_nothing_else_says_it() -> None:
    found = effective(f"{IMAGE}\nenvironment: {{OPENCLAW_PROFILE: work}}", '{gateway: {mode: "local"}}')
    assert 20000 <= found.effective_port < 60000
    assert effective(f"{IMAGE}\nenvironment: {{OPENCLAW_PROFILE: default}}", None).effective_port == 18789


def test_the_files_token_beats_the_variable() -> None:
    config = '{gateway: {mode: "local", auth: {token: "aaaaaaaaaaaaaaaaaaaaaaaa"}}}'
    token = effective(f"{IMAGE}\nenvironment: {{OPENCLAW_GATEWAY_TOKEN: bbbbbbbbbbbbbbbbbbbbbbbb}}", config).token
    alone = effective(f"{IMAGE}\nenvironment: {{OPENCLAW_GATEWAY_TOKEN: bbbbbbbbbbbbbbbbbbbbbbbb}}").token
    assert token is not None and alone is not None
    assert (token.kind, alone.kind, alone.name) == (TokenKind.LITERAL, TokenKind.ENVIRONMENT, "OPENCLAW_GATEWAY_TOKEN")
    assert token.fingerprint != alone.fingerprint and alone.resolved is True


def test_a_token_flag_beats_both_and_is_not_shown() -> None:
    found = effective(f"{IMAGE}\ncommand: node openclaw.mjs gateway --token hunter2hunter2hunter2").token
    assert found is not None and found.kind is TokenKind.LITERAL and found.length == 21
    assert "hunter2" not in found.at.text


@pytest.mark.parametrize(
    ("environment", "env", "resolved"),
    [
        ("[CLAW_TOKEN=0123456789abcdef]", None, True),
        ("['CLAW_TOKEN=']", None, False),
        ("{OTHER: x}", None, False),
        ("[CLAW_TOKEN]", None, None),
        ("['CLAW_TOKEN=${CLAW_TOKEN}']", None, None),
        ("['CLAW_TOKEN=${CLAW_TOKEN}']", "OTHER=1\n", False),
        ("['CLAW_TOKEN=${CLAW_TOKEN}']", "CLAW_TOKEN=0123456789abcdef\n", True),
    ],
)
def test_whether_a_reference_is_resolved_by_the_containers_environment(
    environment: str, env: str | None, resolved: bool | None
) -> None:
    config = '{gateway: {mode: "local", auth: {token: "${CLAW_TOKEN}"}}}'
    token = effective(f"{IMAGE}\nenvironment: {environment}", config, env).token
    assert token is not None and token.resolved is resolved and not token.strict


def test_an_environment_that_was_not_seen_whole_leaves_a_reference_open() -> None:
    config = '{gateway: {mode: "local", auth: {token: "${CLAW_TOKEN}"}}}'
    token = effective(f"{IMAGE}\nenv_file: other.env", config).token
    assert token is not None and token.resolved is None


def test_without_any_token_there_is_none() -> None:
    assert effective(IMAGE, '{gateway: {mode: "local", bind: "lan"}}').token is None


def test_a_missing_mode_is_told_unless_the_flag_allows_it() -> None:
    blocked = effective(IMAGE, "{gateway: {port: 18789}}")
    assert [problem.kind for problem in blocked.problems] == ["mode-missing"]
    assert blocked.problems[0].message.startswith("Gateway start blocked: existing config is missing gateway.mode.")
    allowed = effective(f"{IMAGE}\ncommand: [openclaw, gateway, --allow-unconfigured]", "{gateway: {port: 18789}}")
    assert allowed.problems == () and allowed.allow_unconfigured
    remote = openclaw.effective(openclaw.read(TextFile(Path("/o"), "o", "{gateway: {mode: 'remote'}}"), {}), None, None)
    assert [problem.kind for problem in remote.problems] == ["mode-remote"]
    included = effective(IMAGE, "{$include: './more.json', gateway: {port: 18789}}")
    assert included.problems == ()


@pytest.mark.parametrize(
    ("more", "unknown"),
    [
        ("", []),
        ("environment: {OPENCLAW_CONFIG_READONLY: '1'}", ["gateway.controlUi.allowInsecureAuth"]),
        ("environment: {OPENCLAW_CONFIG_READONLY: '0'}", []),
        ("volumes: ['./openclaw.json:/home/node/.openclaw/openclaw.json:ro']", ["gateway.controlUi.allowInsecureAuth"]),
        ("volumes: ['./state:/home/node/.openclaw', './x:/x:ro']", []),
    ],
)
def test_a_retired_key_is_unknown_where_the_file_cannot_be_written(more: str, unknown: list[str]) -> None:
    found = effective(f"{IMAGE}\n{more}", '{gateway: {mode: "local", controlUi: {allowInsecureAuth: true}}}')
    assert [key.value for key in found.unknown_keys] == unknown


def test_a_retired_key_is_told_where_another_fault_keeps_it_from_being_mended() -> None:
    found = effective(IMAGE, '{gateway: {mode: "local", foo: 1, controlUi: {allowInsecureAuth: true}}}')
    assert [key.value for key in found.unknown_keys] == ["gateway.foo", "gateway.controlUi.allowInsecureAuth"]


def test_an_address_as_bind_flag_is_refused() -> None:
    found = effective(f"{IMAGE}\ncommand: openclaw gateway --bind 0.0.0.0")
    assert [problem.kind for problem in found.problems] == ["bind"]


def test_it_says_which_service_and_version_and_what_restarts_it() -> None:
    found = effective(f"{IMAGE}\nrestart: always", None)
    assert (found.service, found.version, found.has_config) == ("openclaw", "2026.9.6", False)
    assert [place.text for place in found.restart_sources] == ["restart: always"]
    assert found.at.source == "compose.yaml" and found.problems == ()


def test_a_unit_runs_it_too() -> None:
    text = (
        "[Service]\nEnvironment=OPENCLAW_GATEWAY_TOKEN=0123456789abcdef\n"
        "ExecStart=/usr/bin/node /usr/lib/node_modules/openclaw/dist/index.js gateway --port 18790 --bind loopback\n"
        "Restart=always\n"
    )
    unit = systemd.read(
        TextFile(Path("/etc/systemd/system/openclaw-gateway.service"), "openclaw-gateway.service", text)
    )
    found = openclaw.effective(None, None, unit)
    assert (found.effective_port, found.bind and found.bind.value) == (18790, "loopback")
    assert found.token is not None and found.token.resolved is True and "0123456789abcdef" not in repr(found)
    assert len(found.restart_sources) == 1


@pytest.mark.parametrize(
    "lines",
    [
        IMAGE,
        "image: openclaw/openclaw:latest",
        "image: registry.lan:5000/me/openclaw@sha256:00ff",
        "image: ghcr.io/me/clawdbot",
        "image: moltbot/moltbot:main-slim",
        "image: ghcr.io/openclaw/openclaw:2026.9.6-browser",
        "image: node:24\ncommand: npx openclaw gateway run --bind lan",
        "image: me/assistant\nentrypoint: [tini, --]\ncommand: [node, dist/index.js, gateway]",
        "image: node:24\ncommand: sh -c 'npm i -g openclaw && openclaw gateway --port 18789'",
        "build: .\nenvironment: {OPENCLAW_GATEWAY_TOKEN: x}",
        f"{IMAGE}\ncommand: [gateway, --bind, lan]",
        f"{IMAGE}\ncommand: [sh, /start.sh]",
    ],
)
def test_knows_the_gateways_service(lines: str) -> None:
    assert openclaw.runs_gateway(service(lines))


@pytest.mark.parametrize(
    "lines",
    [
        f"{IMAGE}\nnetwork_mode: service:gw\nentrypoint: [node, dist/index.js]",
        f"{IMAGE}\nentrypoint: [node, dist/index.js]\ncommand: [devices, list]",
        f"{IMAGE}\ncommand: openclaw gateway status",
        "image: openclaw-sandbox:bookworm-slim",
        "image: ghcr.io/openclaw/openclaw-browser:latest",
        "image: openclaw-nginx",
        "image: caddy:2\nenvironment: {DOMAIN: claw.example.net}",
        "build: ./proxy\nenvironment: {UPSTREAM: openclaw:18789}",
        "image: nginx:1.31\nvolumes: ['./openclaw.conf:/etc/nginx/conf.d/openclaw.conf']",
        "image: kong/kong\ncommand: kong gateway",
    ],
)
def test_knows_what_is_not_the_gateway(lines: str) -> None:
    found = service(lines) if "service:gw" not in lines else replace(service(lines), depends_on={})
    assert not openclaw.runs_gateway(found)


def test_the_official_compose_file_has_one_gateway() -> None:
    text = """
        services:
          openclaw-gateway:
            image: ${OPENCLAW_IMAGE:-openclaw:local}
            environment:
              HOME: /home/node
              OPENCLAW_GATEWAY_TOKEN: ${OPENCLAW_GATEWAY_TOKEN}
            ports:
              - "${OPENCLAW_GATEWAY_PORT:-18789}:18789"
            init: true
            restart: unless-stopped
            command: ["node", "dist/index.js", "gateway", "--bind", "${OPENCLAW_GATEWAY_BIND:-lan}", "--port", "18789"]
          openclaw-cli:
            image: ${OPENCLAW_IMAGE:-openclaw:local}
            network_mode: "service:openclaw-gateway"
            entrypoint: ["node", "dist/index.js"]
            depends_on: [openclaw-gateway]
        """
    found = project(text, compose_file("OPENCLAW_GATEWAY_TOKEN=0123456789abcdef0123\n", ".env"))
    assert [name for name, one in found.services.items() if openclaw.runs_gateway(one)] == ["openclaw-gateway"]
    gateway = openclaw.effective(None, found.services["openclaw-gateway"], None)
    assert (gateway.effective_port, gateway.bind and gateway.bind.value) == (18789, "lan")
    assert gateway.token is not None and gateway.token.resolved is True
    assert found.problems == () and found.unset == ()
