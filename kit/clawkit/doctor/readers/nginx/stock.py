"""What well-known included files say that people rarely hand over, because they came with the package."""

from __future__ import annotations

from clawkit.doctor.readers.nginx.source import Source

DEBIAN = """\
proxy_set_header Host $http_host;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
"""
"""proxy_params of Debian's and Ubuntu's nginx-common."""
MANAGER = """\
proxy_pass $forward_scheme://$server:$port$request_uri;
proxy_set_header Host $host;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header X-Forwarded-Scheme $scheme;
add_header X-Served-By $host;
"""
"""conf.d/include/proxy.conf of Nginx Proxy Manager."""

SWAG = """\
proxy_http_version 1.1;
proxy_buffers 32 4k;
proxy_connect_timeout 240;
proxy_read_timeout 240;
proxy_send_timeout 240;
proxy_set_header Connection $http_connection;
proxy_set_header Host $host;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Host $host;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header X-Real-IP $remote_addr;
"""
"""What /config/nginx/proxy.conf of linuxserver's SWAG sets that matters here; its map comes to the same."""

KNOWN = {
    "config/nginx/proxy.conf": ("config/nginx/proxy.conf", SWAG),
    "proxy_params": ("proxy_params", DEBIAN),
    "conf.d/include/proxy.conf": ("conf.d/include/proxy.conf", MANAGER),
}
HARMLESS = frozenset((
    "mime.types", "fastcgi_params", "fastcgi.conf", "uwsgi_params", "scgi_params", "koi-utf", "koi-win", "win-utf",
    "options-ssl-nginx.conf", "ssl-dhparams.pem", "ssl-ciphers.conf", "ssl-cache.conf", "ssl-cache-stream.conf",
    "letsencrypt-acme-challenge.conf", "block-exploits.conf", "assets.conf", "log.conf", "log-proxy.conf",
    "log-stream.conf", "snakeoil.conf", "fastcgi-php.conf", "ip_ranges.conf", "resolvers.conf",
    "authelia-server.conf", "authentik-server.conf",
))  # fmt: skip
"""Whose absence hides nothing about a proxied request: types, parameters, TLS tuning, challenge paths."""


def known(pattern: str) -> Source | None:
    for tail, (name, text) in KNOWN.items():
        if pattern == tail or pattern.endswith(f"/{tail}"):
            return Source(name, f"{pattern} (as packaged)", text, packaged=True)
    return None


def harmless(pattern: str) -> bool:
    return pattern.rsplit("/", 1)[-1] in HARMLESS
