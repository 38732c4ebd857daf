"""Faults of the hand-written nginx stack that are text in its files."""

from __future__ import annotations

from faults import certificates
from faults.fault import Fault, Heal
from faults.looks import ASSET, BODY, CERTIFICATE, CHALLENGE, PAGE, SOCKET

CONF = "nginx.conf"
PASS = "proxy_pass http://claw;"
UPGRADE = "            proxy_set_header Upgrade $http_upgrade;\n"
CONNECTION = "            proxy_set_header Connection $connection_upgrade;\n"
XFF = "            proxy_set_header X-Forwarded-For $remote_addr;\n"
LISTEN = "listen 443 ssl http2;"
LOCATION = "        location / {\n            proxy_pass"
SITE = f"{LISTEN}\n        server_name claw.example.net;"


def conf(**changes: str) -> dict[str, dict[str, str]]:
    return {CONF: changes}


def text(old: str, new: str) -> dict[str, dict[str, str]]:
    return {CONF: {old: new}}


FAST = (
    Fault("upstream-wrong-port", "upstream port 8080", PAGE, "^502", text("claw:18789", "claw:8080"), heal=Heal.FIX),
    Fault(
        "ws-upgrade-headers-missing",
        "no Upgrade, no Connection",
        SOCKET,
        "^200 OpenClaw",
        {CONF: {UPGRADE: "", CONNECTION: ""}},
        heal=Heal.FIX,
    ),
    Fault(
        "ws-headers-lost-by-inheritance",
        "headers at the server, one more in the location",
        SOCKET,
        "^200|^403",
        {
            CONF: {
                UPGRADE: "",
                CONNECTION: "",
                "client_max_body_size 32m;": "client_max_body_size 32m;\n        proxy_set_header Upgrade "
                "$http_upgrade;\n        proxy_set_header Connection $connection_upgrade;",
            }
        },
        heal=Heal.FIX,
    ),
    Fault(
        "ws-connection-header-blank",
        'Connection ""',
        SOCKET,
        "^400",
        text("Connection $connection_upgrade", 'Connection ""'),
    ),
    Fault(
        "ws-upgrade-wrong-variable",
        "Upgrade $connection_upgrade",
        SOCKET,
        "^400",
        text("Upgrade $http_upgrade", "Upgrade $connection_upgrade"),
        heal=Heal.FIX,
    ),
    Fault("no-xff-sent", "no X-Forwarded-For", PAGE, "^403 proxy_attribution", text(XFF, ""), heal=Heal.FIX),
    Fault(
        "xff-copied-from-client",
        "X-Forwarded-For of the visitor passed on",
        PAGE,
        "^403 proxy_attribution",
        text("X-Forwarded-For $remote_addr", "X-Forwarded-For $http_x_forwarded_for"),
        heal=Heal.FIX,
    ),
    Fault(
        "body-too-large-413",
        "no client_max_body_size",
        BODY,
        "^413 text/html",
        text("        client_max_body_size 32m;\n", ""),
        recorded=True,
    ),
    Fault(
        "listen-443-without-ssl",
        "listen 443 without ssl",
        PAGE,
        "does not speak TLS",
        text(LISTEN, "listen 443;"),
        heal=Heal.FIX,
    ),
    Fault(
        "map-variable-undefined",
        "the map is left out",
        PAGE,
        "refused|closed",
        text("map $http_upgrade $connection_upgrade {", "map $http_upgrade $another {"),
    ),
    Fault(
        "variable-upstream-with-uri",
        "proxy_pass with a variable and a slash",
        ASSET,
        "200 text/html",
        text(PASS, "set $up http://claw;\n            proxy_pass $up/;"),
    ),
    Fault(
        "proxy-uses-own-loopback",
        "upstream 127.0.0.1",
        PAGE,
        "^502",
        text("server claw:18789", "server 127.0.0.1:18789"),
    ),
    Fault(
        "acl-denies-client",
        "allow 10.0.0.0/24, deny all",
        PAGE,
        "^403 403",
        text(LOCATION, "        allow 10.0.0.0/24;\n        deny all;\n" + LOCATION),
        recorded=True,
    ),
    Fault(
        "rate-limit-hits-assets",
        "2 requests a second at the server",
        ASSET,
        "^(503|429|no module)",
        {
            CONF: {
                "    upstream claw": "    limit_req_zone $binary_remote_addr zone=few:1m rate=2r/m;\n    upstream claw",
                LOCATION: "        limit_req zone=few;\n" + LOCATION,
            }
        },
    ),
    Fault("upstream-tls-to-plain-gateway", "proxy_pass https://", PAGE, "^502", text(PASS, "proxy_pass https://claw;")),
    Fault(
        "upstream-name-unknown",
        "upstream under a name that nobody has",
        PAGE,
        "refused|closed",
        text("claw:18789", "openclaw-gw:18789"),
    ),
    Fault(
        "basic-auth-before-ui",
        "a password before the page",
        PAGE,
        "^401|^403|^500",
        text(
            LOCATION, '        auth_basic "home";\n        auth_basic_user_file /etc/nginx/certs/htpasswd;\n' + LOCATION
        ),
    ),
    Fault(
        "redirect-loop",
        "https redirected to itself",
        PAGE,
        "^301",
        text(
            LOCATION,
            "        if ($http_x_forwarded_proto != https) {\n"
            "            return 301 https://$host$request_uri;\n        }\n" + LOCATION,
        ),
    ),
    Fault(
        "nginx-challenge-path-proxied",
        "redirect for the whole port-80 server",
        CHALLENGE,
        "^301",
        text(
            "        server_name claw.example.net;\n\n        location ^~",
            "        server_name claw.example.net;\n        return 301 https://$host$request_uri;\n"
            "\n        location ^~",
        ),
    ),
    Fault(
        "incomplete-chain",
        "only the leaf in ssl_certificate",
        CERTIFICATE,
        "unable to get",
        act=None,
        edits={"certs/fullchain.pem": certificates.LEAF_ONLY},
    ),
)
