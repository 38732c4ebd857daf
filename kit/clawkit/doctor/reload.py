"""The command by which a proxy takes a changed configuration, from where the operator stands."""

from __future__ import annotations

from clawkit.doctor.model.proxy import CONTROLLER, Proxy, ProxyKind

NATIVE = {
    ProxyKind.NGINX: "nginx -t && nginx -s reload",
    ProxyKind.CADDY: "caddy reload --config /etc/caddy/Caddyfile",
    ProxyKind.TRAEFIK: "docker compose up -d",
    ProxyKind.CLOUDFLARED: "systemctl restart cloudflared",
    ProxyKind.HAPROXY: "haproxy -c -f /etc/haproxy/haproxy.cfg && systemctl reload haproxy",
    ProxyKind.APACHE: "apachectl configtest && apachectl graceful",
    ProxyKind.ENVOY: "systemctl restart envoy",
}


def reload(proxy: Proxy) -> str:
    """A container is restarted, not reloaded: many editors replace the file, and a mounted file keeps its old inode."""
    if CONTROLLER in proxy.options:
        return f"kubectl apply -f {proxy.at.source}"
    if proxy.service and proxy.at.source.endswith((".yml", ".yaml")):
        return "docker compose up -d"  # its configuration, or the labels that make it, stand in the compose file
    if proxy.service and proxy.kind is not ProxyKind.TRAEFIK:
        return f"docker compose restart {proxy.service}"
    return NATIVE[proxy.kind]
