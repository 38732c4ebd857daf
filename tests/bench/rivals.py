"""The configurations measured beside the kit's own: the guide's, and the fastest that one can write by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import loss_guide

NAME = "claw.test"

DEBIAN_MAIN = "worker_processes auto;\nevents { worker_connections 768; }"
DEBIAN_HTTP = """
    sendfile on; tcp_nopush on; types_hash_max_size 2048;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on;
    access_log /dev/stdout; error_log stderr;
    gzip on;
"""
"""What Debian's nginx.conf has around a site, where the guide's server block is put."""

TUNED_MAIN = """
worker_processes auto;
error_log stderr crit;
events { worker_connections 16384; multi_accept on; }
"""
TUNED_HTTP = """
    access_log off; server_tokens off; sendfile on; tcp_nopush on;
    keepalive_timeout 75s; keepalive_requests 1000000;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:tls:10m; ssl_session_timeout 1d; ssl_buffer_size 4k;
    map $http_upgrade $hop { default ""; websocket upgrade; }
    upstream gateway { server UPSTREAM max_fails=0; keepalive 512; keepalive_requests 1000000; }
"""
TUNED_SERVER = """
    server {
        listen LISTEN reuseport;
        server_name claw.test;
        client_max_body_size 32m;
        CERTIFICATE
        location / {
            proxy_pass http://gateway;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $hop;
            proxy_set_header Host $http_host;
            proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_read_timeout 300s;
            proxy_request_buffering off;
        }
    }
"""
TUNED_CADDY = """
https_or_http://claw.test {
	TLS
	reverse_proxy UPSTREAM {
		transport http {
			keepalive 60s
			keepalive_idle_conns 1024
			keepalive_idle_conns_per_host 512
			compression off
		}
	}
}
"""


def guide_nginx(upstream: str, tls: bool) -> str:
    return loss_guide.nginx(NAME, upstream, tls=tls, main=DEBIAN_MAIN, http=DEBIAN_HTTP)


def guide_caddy(upstream: str, tls: bool) -> str:
    return loss_guide.caddy(NAME, upstream, tls=tls)


def tuned_nginx(upstream: str, tls: bool) -> str:
    server = TUNED_SERVER.replace("CERTIFICATE", loss_guide.NGINX_CERTIFICATE if tls else "")
    server = server.replace("LISTEN", "443 ssl http2" if tls else "80")
    http = TUNED_HTTP.replace("UPSTREAM", upstream) + loss_guide.NGINX_TEMPORARY
    return f"pid /tmp/nginx.pid;\n{TUNED_MAIN}\nhttp {{\n{http}{server}}}\n"


def tuned_caddy(upstream: str, tls: bool) -> str:
    text = TUNED_CADDY.replace("https_or_http", "https" if tls else "http").replace("UPSTREAM", upstream)
    return loss_guide.CADDY_GLOBAL + text.replace("TLS", loss_guide.CADDY_TLS if tls else "")


def logging_nginx(upstream: str, tls: bool) -> str:
    """The kit logs each request, and so does whoever has to find out later what happened."""
    return tuned_nginx(upstream, tls).replace("access_log off;", "access_log /dev/stdout;")


def logging_caddy(upstream: str, tls: bool) -> str:
    return tuned_caddy(upstream, tls).replace("\treverse_proxy", "\tlog {\n\t\toutput stdout\n\t}\n\treverse_proxy")


@dataclass(frozen=True, slots=True)
class Rival:
    name: str
    file: Callable[[str, bool], str] | None
    """Text of the proxy's file for an upstream, with or without TLS; None: the kit's own files."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Of the kit."""
    logs: bool = False
    """Each request; measured at one number of connections alone."""


RIVALS = {
    "nginx": (
        Rival("clawkit", None),
        Rival("guide", guide_nginx),
        Rival("hand-tuned", tuned_nginx),
        Rival("clawkit, access_log: all", None, {"access_log": "all"}, logs=True),
        Rival("hand-tuned, logging", logging_nginx, logs=True),
    ),
    "caddy": (
        Rival("clawkit", None),
        Rival("guide", guide_caddy),
        Rival("hand-tuned", tuned_caddy),
        Rival("clawkit, access_log: all", None, {"access_log": "all"}, logs=True),
        Rival("hand-tuned, logging", logging_caddy, logs=True),
    ),
}
MAIN_FILE = {"nginx": "nginx.conf", "caddy": "Caddyfile"}
