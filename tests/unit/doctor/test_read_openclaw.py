"""openclaw.json: JSON5 with lines, every field of the model, and OpenClaw's own words for what it refuses."""

from __future__ import annotations

import time
from hashlib import sha256
from pathlib import Path

import pytest

from clawkit.doctor.model.gateway import Gateway, TokenKind
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.readers import openclaw
from clawkit.doctor.readers.openclaw.json5 import parse
from clawkit.doctor.readers.text import TextFile

TOKEN = "3f9c0e7d5b1a4c2e8f60"


def file(text: str, name: str = "openclaw.json") -> TextFile:
    return TextFile(Path("/given") / name, name, text)


def config(text: str, *more: TextFile, **envs: str) -> Gateway:
    values = {name: Value(value, Place(".env", 1, "")) for name, value in envs.items()}
    return openclaw.read(file(text), values, more)


def gateway(inside: str, **envs: str) -> Gateway:
    return config(f'{{gateway: {{mode: "local", {inside}}}}}', **envs)


FULL = """\
// written by hand
{
  gateway: {
    mode: 'local',
    port: 18789,          // inside the container
    bind: "lan",
    "trustedProxies": [
      "172.30.0.2",
      '10.0.0.0/8',
    ],
    allowRealIpFallback: true,
    publicOrigin: "https://${DOMAIN}",
    auth: {mode: "trusted-proxy", trustedProxy: {userHeader: "x-user", requiredHeaders: ["x-a"], allowLoopback: true}},
    controlUi: {
      basePath: "claw/",
      allowedOrigins: ["https://${DOMAIN}", "https://other"],
      dangerouslyAllowHostHeaderOriginFallback: false,
    },
    tls: {enabled: true},
    tailscale: {mode: "off"},
    http: {
      endpoints: {responses: {enabled: false}, chatCompletions: {enabled: true}},
      securityHeaders: {strictTransportSecurity: "max-age=300"},
    },
  },
  meta: {lastTouchedVersion: "2026.9.6"},
}
"""


def test_every_field_with_its_line() -> None:
    found = config(FULL, DOMAIN="claw.example.net")
    assert found.problems == () and found.unknown_keys == () and found.has_config
    assert found.port is not None and (found.port.value, found.port.at.line) == (18789, 5)
    assert found.bind is not None and (found.bind.value, found.bind.at.text) == ("lan", 'bind: "lan",')
    assert found.trusted_proxies is not None
    assert [(proxy.value, proxy.at.line) for proxy in found.trusted_proxies] == [("172.30.0.2", 8), ("10.0.0.0/8", 9)]
    assert found.origins is not None
    assert [origin.value for origin in found.origins] == ["https://claw.example.net", "https://other"]
    assert found.public_origin is not None and found.public_origin.value == "https://claw.example.net"
    assert found.base_path is not None and found.base_path.value == "/claw"
    assert found.auth_mode is not None and found.auth_mode.value == "trusted-proxy"
    assert found.user_header is not None and found.user_header.value == "x-user"
    assert [header.value for header in found.required_headers] == ["x-a"]
    flags = (found.allow_real_ip, found.allow_loopback, found.host_header_fallback, found.tls, found.chat_api)
    assert [flag and flag.value for flag in flags] == [True, True, False, True, True]
    assert found.hsts is not None and found.hsts.value == "max-age=300"
    assert found.tailscale_mode is not None and found.tailscale_mode.value == "off"
    assert found.version == "2026.9.6"


def test_an_unknown_variable_stays_as_written() -> None:
    found = config(FULL)
    assert found.public_origin is not None and found.public_origin.value == "https://${DOMAIN}"
    assert found.problems == ()


def test_what_is_not_written_is_openclaws_default() -> None:
    found = gateway("")
    assert (found.port, found.bind, found.trusted_proxies, found.origins, found.token) == (None,) * 5
    assert found.effective_port == 18789


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ('{\n  "gateway": {\n    "mode": "local"\n    "port": 1\n  }\n}', r"invalid character '\"' at 4:5", 4),
        ('{\n  "gateway": {\n    "mode": "local",\n', "invalid end of input at 4:1", 4),
        ("gateway:\n  mode: local\n", "invalid character 'g' at 1:1", 1),
        ("{gateway: {mode: 'local}}", "invalid end of input at 1:26", 1),
        ("{gateway: {mode: local}}", "invalid character 'l' at 1:18", 1),
        ("", "invalid end of input at 1:1", 1),
        ("{} {}", "invalid character '{' at 1:4", 1),
    ],
)
def test_what_cannot_be_parsed_is_told_in_the_words_of_json5(text: str, words: str, line: int) -> None:
    (problem,) = config(text).problems
    assert problem.message == f"JSON5 parse failed: SyntaxError: JSON5: {words}"
    assert (problem.kind, problem.at.line) == ("syntax", line)


def test_before_the_fault_everything_counts() -> None:
    found = config('{"gateway": {"bind": "loopback", "port": 19000\n "mode": "local"}}')
    assert found.bind is not None and found.bind.value == "loopback"
    assert found.port is not None and found.port.value == 19000


def test_json5_in_all_its_liberties() -> None:
    text = (
        "/* a */ {$a: +1, 'b\\x41': .5, \"c\": [1e3, -0x1F, null, true,], // x\n d_1: 'it\\'s \\\nlong', e: Infinity}"
    )
    root = parse(file(text))
    values = {key: root.get(key) for key in ("$a", "bA", "d_1", "e")}
    assert [node and node.value for node in values.values()] == [1, 0.5, "it's long", float("inf")]
    items = root.get("c")
    assert items is not None and isinstance(items.value, list)
    assert [item.value for item in items.value] == [1000, -31, None, True]
    last = root.get("d_1")
    assert last is not None and last.line == 2


def test_crlf_and_a_byte_order_mark_are_no_fault() -> None:
    found = config('\ufeff{\r\n  "gateway": {\r\n    "mode": "local",\r\n    "bind": "lan"\r\n  }\r\n}\r\n')
    assert found.problems == () and found.bind is not None
    assert (found.bind.at.line, found.bind.at.text) == (4, '"bind": "lan"')


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ('bind: "local"', 'Invalid --bind. Use "loopback", "lan", "tailnet", "auto", or "custom".'),
        ('bind: "LAN"', 'Invalid --bind. Use "loopback", "lan", "tailnet", "auto", or "custom".'),
        ('port: "18789"', "gateway.port: Invalid input: expected number, received string"),
        ("port: 18789.5", "gateway.port: Invalid input: expected int, received number"),
        ('trustedProxies: "172.18.0.3"', "gateway.trustedProxies: Invalid input: expected array, received string"),
        ("trustedProxies: [1]", "gateway.trustedProxies.0: Invalid input: expected string, received number"),
        (
            'tls: {enabled: "yes"}',
            "gateway.tls.enabled: Invalid input: expected boolean, received string (allowed: true, false)",
        ),
        (
            'auth: {mode: "tokens"}',
            'gateway.auth.mode: Invalid input (allowed: "none", "token", "password", "trusted-proxy")',
        ),
        ("auth: {token: 12345}", "gateway.auth.token: Invalid input"),
        ('auth: {token: {source: "env", id: "X"}}', "gateway.auth.token: Invalid input"),
        (
            "auth: {trustedProxy: {}}",
            "gateway.auth.trustedProxy.userHeader: Invalid input: expected string, received undefined",
        ),
        ('tailscale: {mode: "on"}', 'gateway.tailscale.mode: Invalid input (allowed: "off", "serve", "funnel")'),
        (
            'publicOrigin: "https://x/y"',
            "gateway.publicOrigin: gateway.publicOrigin must be a bare HTTPS origin; HTTP is allowed only for "
            "localhost, 127.0.0.1, or [::1]",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_in_openclaws_words(inside: str, words: str) -> None:
    assert [problem.message for problem in gateway(inside).problems] == [words]


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ('{gateway: {mode: "local", trustedProxy: ["172.18.0.3"]}}', ["gateway.trustedProxy"]),
        ('{gateway: {mode: "local"}, clawkit: 1}', ["clawkit"]),
        ('{gateway: {mode: "local"}, agent: {model: "x"}}', ["agent"]),
        ('{gateway: {mode: "local", controlUi: {allowedOrigin: []}}}', ["gateway.controlUi.allowedOrigin"]),
        ('{gateway: {mode: "local", auth: {trustedProxies: []}, x: 1}}', ["gateway.auth.trustedProxies", "gateway.x"]),
    ],
)
def test_unknown_keys_by_their_path(text: str, unknown: list[str]) -> None:
    found = config(text)
    assert [key.value for key in found.unknown_keys] == unknown
    assert found.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        '{$schema: "x", gateway: {mode: "local"}, channels: {telegram: {any: 1}}, plugins: {entries: {x: {}}}}',
        '{gateway: {mode: "local", auth: {token: {source: "env", provider: "default", id: "T"}}}}',
        '{gateway: {mode: "local"}, models: {providers: {any: {baseUrl: "http://x", api: "openai-completions"}}}}',
        '{gateway: {mode: "local", auth: {rateLimit: {maxAttempts: 10}, identityScopes: {bob: ["operator.read"]}}}}',
        '{gateway: {mode: "local"}, agents: {entries: {main: {}}}, env: {vars: {A: "b"}}, logging: {level: "info"}}',
        '{gateway: {mode: "local", publicOrigin: "http://localhost:8080"}, discovery: {mdns: {mode: "off"}}}',
    ],
)
def test_healthy_files_are_left_alone(text: str) -> None:
    found = config(text)
    assert (found.unknown_keys, found.retired_keys, found.problems) == ((), (), ())


@pytest.mark.parametrize(
    ("inside", "retired"),
    [
        ("controlUi: {allowInsecureAuth: true}", "gateway.controlUi.allowInsecureAuth"),
        ("tailscale: {resetOnExit: false}", "gateway.tailscale.resetOnExit"),
        ('bind: "0.0.0.0"', "gateway.bind"),
        ("port: 99999", "gateway.port"),
    ],
)
def test_what_the_gateway_mends_at_start_is_retired_and_not_unknown(inside: str, retired: str) -> None:
    found = gateway(inside)
    assert [key.value for key in found.retired_keys] == [retired]
    assert (found.unknown_keys, found.problems) == ((), ())


@pytest.mark.parametrize(("written", "means"), [("0.0.0.0", "lan"), ("::", "lan"), ("localhost", "loopback")])
def test_an_address_as_bind_is_the_mode_that_it_becomes(written: str, means: str) -> None:
    found = gateway(f'bind: "{written}"')
    assert found.bind is not None and found.bind.value == means and written in found.bind.at.text


def test_a_literal_token_is_known_by_its_fingerprint_alone() -> None:
    token = gateway(f'auth: {{token: "{TOKEN}"}}').token
    assert token is not None
    assert (token.kind, token.resolved, token.length) == (TokenKind.LITERAL, True, len(TOKEN))
    assert token.fingerprint == sha256(TOKEN.encode()).hexdigest()[:8]
    assert TOKEN not in repr(gateway(f'auth: {{token: "{TOKEN}", password: "{TOKEN}!"}}'))


def test_a_token_by_reference() -> None:
    plain = gateway('auth: {token: "${CLAW_TOKEN}"}', CLAW_TOKEN=TOKEN).token
    strict = gateway('auth: {token: {source: "env", provider: "default", id: "CLAW_TOKEN"}}').token
    blank = gateway('auth: {token: "${CLAW_TOKEN}"}', CLAW_TOKEN=" ").token
    assert plain is not None and strict is not None and blank is not None
    assert (plain.kind, plain.name, plain.resolved, plain.strict) == (TokenKind.ENVIRONMENT, "CLAW_TOKEN", True, False)
    assert plain.fingerprint == sha256(TOKEN.encode()).hexdigest()[:8]
    assert (strict.name, strict.resolved, strict.strict) == ("CLAW_TOKEN", None, True)
    assert blank.resolved is False


def test_a_token_from_a_file_names_the_file() -> None:
    found = config(
        '{secrets: {providers: {gw: {source: "file", path: "/run/secrets/gw", mode: "singleValue"}}},'
        ' gateway: {mode: "local", auth: {token: {source: "file", provider: "gw", id: "value"}}}}'
    )
    assert found.token is not None and (found.token.kind, found.token.name) == (TokenKind.FILE, "/run/secrets/gw")
    assert found.problems == ()


def test_the_files_own_env_vars_resolve_its_references() -> None:
    token = config(f'{{env: {{vars: {{T: "{TOKEN}"}}}}, gateway: {{mode: "local", auth: {{token: "${{T}}"}}}}}}').token
    assert token is not None and token.resolved is True


def test_an_included_file_is_laid_below() -> None:
    text = '{\n $include: "./base.json5",\n gateway: {bind: "lan"}}'
    base = file('{gateway: {mode: "local", bind: "loopback", port: 19000}}', "base.json5")
    found = config(text, base)
    assert found.mode is not None and str(found.mode.at) == "base.json5:1"
    assert found.bind is not None and (found.bind.value, str(found.bind.at)) == ("lan", "openclaw.json:3")
    assert found.unseen == ()
    assert [value.value for value in config(text).unseen] == ["./base.json5"]


def test_garbage_is_a_problem_and_never_an_exception() -> None:
    for text in (
        "[" * 5000,
        "[]",
        "{gateway: []}",
        "null",
        '{gateway: {auth: "x", trustedProxies: {}}}',
        "\x00",
        "{a:1",
    ):
        assert config(text).problems


def test_a_large_file_is_read_within_the_doctors_time() -> None:
    entries = ",\n".join(f'a{n}: {{name: "agent {n}"}}' for n in range(3000))
    started = time.perf_counter()
    config(f'{{gateway: {{mode: "local"}}, agents: {{entries: {{{entries}}}}}}}')
    assert time.perf_counter() - started < 1
