"""More faults of the hand-written nginx stack that are text in its files."""

from __future__ import annotations

from faults import certificates
from faults.fault import Fault
from faults.looks import ASSET, BODY, CERTIFICATE, PAGE, SOCKET
from faults.table_nginx import CONF, LOCATION, PASS, SITE, text

MORE = (
    Fault(
        "rule-refuses-visitor",
        "a rule against unknown browsers",
        PAGE,
        "^403 403",
        text(LOCATION, '        if ($http_user_agent !~ "Mozilla") {\n            return 403;\n        }\n' + LOCATION),
        recorded=True,
    ),
    Fault(
        "methods-blocked",
        "GET and HEAD alone",
        BODY,
        "^403|^405",
        text(PASS, "limit_except GET {\n                deny all;\n            }\n            " + PASS),
        recorded=True,
    ),
    Fault(
        "site-name-not-matched",
        "server_name of another site, default elsewhere",
        PAGE,
        "^(404|200) ",
        {
            CONF: {
                SITE: SITE.replace("claw.", "www.claw."),
                "    server {\n        listen 443": "    server {\n"
                "        listen 443 ssl default_server;\n        ssl_certificate "
                "/etc/nginx/certs/fullchain.pem;\n        ssl_certificate_key /etc/nginx/certs/privkey.pem;\n"
                "        return 404;\n    }\n    server {\n        listen 443",
            },
            "certs/fullchain.pem": certificates.BOTH,
            "certs/privkey.pem": certificates.KEY,
        },
        recorded=True,
    ),
    Fault(
        "page-not-proxied",
        "only /ws is passed on",
        PAGE,
        "^(403|404|200) ",
        text("        location / {\n            proxy_pass", "        location /ws {\n            proxy_pass"),
    ),
    Fault(
        "assets-not-proxied",
        "assets served from a folder",
        ASSET,
        "^404",
        text(
            LOCATION,
            "        location ~* \\.(js|css|png)$ {\n            root /usr/share/nginx/html;\n        }\n" + LOCATION,
        ),
    ),
    Fault(
        "request-path-rewritten",
        "a rewrite before the gateway",
        ASSET,
        "404|text/html|no module",
        text(PASS, "rewrite ^/(.*)$ /app/$1 break;\n            " + PASS),
    ),
    Fault(
        "ws-handshake-headers-dropped",
        "proxy_pass_request_headers off",
        SOCKET,
        "^(200|400|403)",
        text(PASS, PASS + "\n            proxy_pass_request_headers off;"),
    ),
    Fault(
        "cert-file-not-mounted",
        "certificates not mounted",
        PAGE,
        "refused|closed",
        text("/etc/nginx/certs/fullchain.pem", "/etc/letsencrypt/live/claw.example.net/fullchain.pem"),
        recorded=True,
    ),
    Fault("nginx-config-refused", "a semicolon left out", PAGE, "refused|closed", text(PASS, "proxy_pass http://claw")),
    Fault(
        "compose-443-not-published",
        "443 is not published",
        PAGE,
        "refused",
        {"compose.yaml": {'      - "$BIND:443:443"\n': ""}},
    ),
    Fault(
        "published-port-used-between-containers",
        "the host's port between containers",
        PAGE,
        "^502",
        {
            CONF: {"claw:18789": "claw:28789"},
            "compose.yaml": {"    mem_limit: 2g\n": '    mem_limit: 2g\n    ports:\n      - "$BIND:28789:18789"\n'},
        },
    ),
    Fault(
        "host-docker-internal-undefined",
        "host.docker.internal without extra_hosts",
        PAGE,
        "refused|closed",
        text("server claw:18789", "server host.docker.internal:18789"),
    ),
    Fault(
        "no-common-network",
        "the two share no network",
        PAGE,
        "refused|closed|50[24]",
        {
            "compose.yaml": {
                "      inner:\n        ipv4_address: $PREFIX.2\n": "      outer: {}\n",
                "networks:\n  inner:\n    ipam": "networks:\n  outer: {}\n  inner:\n    ipam",
            }
        },
    ),
    Fault(
        "certificate-expired",
        "a certificate that has expired",
        CERTIFICATE,
        "expired",
        {"certs/fullchain.pem": certificates.EXPIRED, "certs/privkey.pem": certificates.KEY},
    ),
    Fault(
        "certificate-name-mismatch",
        "a certificate for another name",
        CERTIFICATE,
        "another name",
        {"certs/fullchain.pem": certificates.OTHER_NAME, "certs/privkey.pem": certificates.KEY},
    ),
    Fault(
        "nginx-config-refused",
        "the key of another certificate",
        PAGE,
        "refused|closed",
        {"certs/privkey.pem": certificates.KEY},
        recorded=True,
    ),
    Fault("proxy-uses-own-loopback", "upstream [::1]", PAGE, "^502", text("server claw:18789", "server [::1]:18789")),
    Fault("upstream-marked-down", "the only server marked down", PAGE, "^502", text("claw:18789;", "claw:18789 down;")),
    Fault(
        "worker-connections-exhausted",
        "8 connections a worker",
        PAGE,
        "closed|reset|^50|refused",
        text("worker_connections 1024", "worker_connections 8"),
    ),
)
