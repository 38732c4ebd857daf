"""Ways in which a proxy can be wrong, one for each check that has to notice it."""

from __future__ import annotations

BREAKS: dict[str, dict[str, dict[str, str]]] = {
    "websocket-handshake": {
        "nginx": {"~*^websocket$ websocket": "~*^nothing$ websocket"},
        "caddy": {"request_header @websocket Upgrade websocket": "request_header @websocket -Upgrade"},
    },
    "redirect": {
        "nginx": {"$request_uri;\n        }\n    }": "/;\n        }\n    }"},
        "caddy": {"{uri} 308": "/ 308"},
    },
    "healthz": {
        "nginx": {"location / {": "location = /healthz { return 404; }\n"
                  "        location / {"},
        "caddy": {"\timport shared\n": "\trespond /healthz 404\n\timport shared\n"},
    },
    "startupz": {
        "nginx": {"location / {": "location = /startupz { return 200 '<html>'; }\n"
                  "        location / {"},
        "caddy": {"\timport shared\n": "\trespond /startupz \"<html>\" 200\n\timport shared\n"},
    },
    "readyz": {
        "nginx": {"location / {": "location = /readyz { return 503; }\n"
                  "        location / {"},
        "caddy": {"\timport shared\n": "\trespond /readyz 503\n\timport shared\n"},
    },
    "control-ui": {
        "nginx": {"location / {": "location /assets/ { return 404; }\n"
                  "        location / {"},
        "caddy": {"\timport shared\n": "\trespond /assets/* 404\n\timport shared\n"},
    },
    "security-headers": {
        "nginx": {"location / {": "add_header X-Frame-Options DENY;\n"
                  "        location / {"},
        "caddy": {"\timport shared\n": "\theader +X-Frame-Options SAMEORIGIN\n\timport shared\n"},
    },
    "hsts": {
        "nginx": {"location / {": "add_header Strict-Transport-Security max-age=1 always;\n"
                  "        location / {"},
        "caddy": {"\timport shared\n": "\theader Strict-Transport-Security max-age=1\n"
                  "\timport shared\n"},
    },
    "tls-version": {
        "nginx": {"ssl_protocols             TLSv1.2 TLSv1.3": "ssl_protocols             TLSv1"},
        "caddy": {"https://localhost {": "https://elsewhere.test {"},
    },
    "tls-ciphers": {
        "nginx": {"ssl_ciphers               ": "ssl_ciphers               ECDHE-ECDSA-AES128-SHA:"},
        "caddy": {"\ttls {\n": "\ttls {\n\t\tciphers TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA "
                  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\n"},
    },
    "unknown-host": {
        "nginx": {"server_name localhost;": "server_name localhost unknown-host.invalid;"},
        "caddy": {"https://localhost {": "https://localhost, https://unknown-host.invalid {"},
    },
    "body-limit": {
        "nginx": {"client_max_body_size        32m": "client_max_body_size        1m"},
        "caddy": {"\timport shared\n": '\t@big expression `{header.Content-Length} != "" && '
                  "int({header.Content-Length}) > 1048576`\n\trespond @big 413\n\timport shared\n"},
    },
}  # fmt: skip
"""Check -> proxy -> what to change in its configuration so that this check fails."""

SAYS = {
    "websocket-handshake": "in place of 101: the proxy does not pass the Upgrade header on",
    "redirect": "308 to https://localhost(:[0-9]+)?/, expected",
    "healthz": "^404",
    "startupz": "^200",
    "readyz": "^503",
    "control-ui": "404",
    "security-headers": "(?i)x-frame-options",
    "hsts": "max-age=1",
    "tls-version": "^no TLS at .* for localhost: |the proxy has no certificate for localhost",
    "tls-ciphers": "ECDHE-ECDSA-AES128-SHA is accepted",
    "unknown-host": "another name .* reaches the gateway",
    "body-limit": "20 MB are refused with 413 before they reach the gateway",
}
"""What the check says of it."""
