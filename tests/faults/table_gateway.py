"""Faults of the gateway's own settings, of its container and of its volume, on the hand-written stacks."""

from __future__ import annotations

from faults import engine
from faults.fault import Fault, Heal
from faults.looks import BELOW, ORIGIN, PAGE

JSON = "state/openclaw.json"
ORIGINS = '["https://claw.example.net"]'
CLAW = ("claw",)
GONE = "^50[234]|no answer|refused|closed"
SERVICE = "    mem_limit: 2g\n"


def text(old: str, new: str) -> dict[str, dict[str, str]]:
    return {JSON: {old: new}}


SETTINGS = (
    Fault(
        "trusted-proxies-unset",
        "no trustedProxies",
        PAGE,
        "^403 proxy_attribution",
        text('    trustedProxies: ["$PREFIX.2"],\n', ""),
    ),
    Fault(
        "trusted-proxies-wrong-address",
        "trustedProxies with another address",
        PAGE,
        "^403 proxy_attribution",
        text('["$PREFIX.2"]', '["172.18.0.9"]'),
    ),
    Fault(
        "trusted-proxies-too-broad",
        "trustedProxies with the whole subnet",
        PAGE,
        "^403 proxy_attribution",
        text('["$PREFIX.2"]', '["$PREFIX.0/28"]'),
        recorded=True,
    ),
    Fault(
        "origin-not-listed",
        "allowedOrigins with localhost alone",
        ORIGIN,
        "ORIGIN_NOT_ALLOWED",
        text(ORIGINS, '["http://localhost:18789"]'),
    ),
    Fault(
        "origin-entry-without-scheme",
        "allowedOrigins without https://",
        ORIGIN,
        "ORIGIN_NOT_ALLOWED",
        text(ORIGINS, '["claw.example.net"]'),
        heal=Heal.FIX,
    ),
    Fault(
        "origin-entry-wrong-scheme",
        "allowedOrigins with http://",
        ORIGIN,
        "ORIGIN_NOT_ALLOWED",
        text(ORIGINS, '["http://claw.example.net"]'),
    ),
    Fault("bind-loopback-in-container", "bind loopback", PAGE, "^502", text('bind: "lan"', 'bind: "loopback"')),
    Fault("gateway-port-moved", "gateway.port 19000", PAGE, "^502", text("port: 18789", "port: 19000")),
    Fault(
        "gateway-tls-on-behind-http-proxy",
        "gateway.tls.enabled",
        PAGE,
        "^502",
        text('    bind: "lan",\n', '    bind: "lan",\n    tls: { enabled: true },\n'),
    ),
    Fault("gateway-mode-missing", "no gateway.mode", PAGE, GONE, text('    mode: "local",\n', "")),
    Fault(
        "unrecognized-config-key",
        "a key that this version does not know",
        PAGE,
        GONE,
        text('    bind: "lan",\n', '    bind: "lan",\n    frobnicate: true,\n'),
    ),
    Fault("invalid-bind-value", "bind local", PAGE, GONE, text('bind: "lan"', 'bind: "local"')),
    Fault("config-unparsable", "a brace left out", PAGE, GONE, text("      allowedOrigins", "      } allowedOrigins")),
    Fault(
        "refuses-bind-without-auth",
        "no token anywhere",
        PAGE,
        GONE,
        {
            JSON: {'      token: { source: "env", provider: "default", id: "OPENCLAW_GATEWAY_TOKEN" },\n': ""},
            "compose.yaml": {"      OPENCLAW_GATEWAY_TOKEN: ${OPENCLAW_GATEWAY_TOKEN}\n": ""},
        },
    ),
    Fault(
        "secret-unresolved",
        "the token's variable is not in compose.yaml",
        PAGE,
        GONE,
        {"compose.yaml": {"      OPENCLAW_GATEWAY_TOKEN: ${OPENCLAW_GATEWAY_TOKEN}\n": ""}},
    ),
    Fault(
        "control-ui-disabled",
        "controlUi.enabled false",
        PAGE,
        "^404|^50",
        text("    controlUi: {\n", "    controlUi: {\n      enabled: false,\n"),
    ),
    Fault(
        "basepath-but-prefix-stripped",
        "basePath /claw, the proxy strips it",
        BELOW,
        "^(503|404) Not Found$",
        {
            JSON: {"    controlUi: {\n": '    controlUi: {\n      basePath: "/claw",\n'},
            "nginx.conf": {
                "        location / {\n            proxy_pass http://claw;": "        location /claw/ {\n"
                "            proxy_pass http://claw/;"
            },
        },
    ),
)

CONTAINERS = (
    Fault(
        "gateway-not-running",
        "docker stop",
        PAGE,
        GONE,
        act=engine.stop_gateway,
        undo=engine.start_gateway,
        recorded=True,
    ),
    Fault(
        "gateway-not-running",
        "docker kill -s KILL",
        PAGE,
        GONE,
        act=engine.kill_gateway,
        undo=engine.start_gateway,
        recorded=True,
    ),
    Fault(
        "gateway-not-running",
        "docker pause",
        PAGE,
        GONE,
        act=engine.pause_gateway,
        undo=engine.unpause_gateway,
        recorded=True,
    ),
    Fault(
        "gateway-out-of-memory",
        "mem_limit 320m",
        PAGE,
        GONE,
        {"compose.yaml": {"mem_limit: 2g": "mem_limit: 320m"}},
        recorded=True,
    ),
    Fault(
        "state-volume-not-writable",
        "the state folder belongs to root",
        PAGE,
        GONE,
        act=engine.state_of_root,
        undo=engine.state_of_node,
        restart=(),
        recorded=True,
    ),
    Fault(
        "containers-on-different-networks",
        "docker network disconnect",
        PAGE,
        GONE,
        act=engine.disconnect_gateway,
        undo=engine.connect_gateway,
        recorded=True,
    ),
    Fault(
        "proxy-not-running",
        "docker stop of the proxy",
        PAGE,
        "refused",
        act=engine.stop_proxy,
        undo=engine.start_proxy,
        recorded=True,
    ),
    Fault(
        "healthcheck-too-impatient",
        "start_period 1s with condition service_healthy",
        PAGE,
        "refused|^50",
        {
            "compose.yaml": {
                "start_period: 300s": "start_period: 1s\n      retries: 1",
                "interval: 5s": "interval: 1s",
                "depends_on: [claw]": "depends_on:\n      claw:\n        condition: service_healthy",
            }
        },
    ),
    Fault(
        "gateway-command-wrong",
        "command: openclaw serve",
        PAGE,
        GONE,
        {"compose.yaml": {SERVICE: SERVICE + '    command: ["openclaw", "serve"]\n'}},
        recorded=True,
    ),
)
