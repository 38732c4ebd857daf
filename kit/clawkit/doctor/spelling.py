"""The line that mends a fault, as each proxy other than nginx and Caddy writes it."""

from __future__ import annotations

from collections.abc import Mapping

from clawkit.doctor.model.proxy import ProxyKind

UPGRADE: Mapping[ProxyKind, str] = {
    ProxyKind.APACHE: "upgrade=websocket behind the address in ProxyPass (httpd 2.4.47 and later; before that "
    "RewriteCond %{HTTP:Upgrade} websocket [NC] and RewriteRule to ws://… [P,L] above it)",
    ProxyKind.ENVOY: "upgrade_configs: [{upgrade_type: websocket}] in the http_connection_manager",
    ProxyKind.HAPROXY: "take the http-request line for Upgrade or Connection out: HAProxy passes both on by itself",
}
CLIENT: Mapping[ProxyKind, str] = {
    ProxyKind.HAPROXY: "option forwardfor in the frontend (or http-request set-header X-Forwarded-For %[src])",
    ProxyKind.APACHE: "ProxyAddHeaders On: Apache then names the client by itself",
    ProxyKind.ENVOY: "use_remote_address: true in the http_connection_manager",
}
HOST: Mapping[ProxyKind, str] = {
    ProxyKind.APACHE: "ProxyPreserveHost On in the virtual host",
    ProxyKind.HAPROXY: "take the http-request line for Host out: HAProxy passes it on by itself",
    ProxyKind.ENVOY: "take host_rewrite out of the route",
    ProxyKind.TRAEFIK: "passHostHeader=true, which is the default",
}
WAIT: Mapping[ProxyKind, str] = {
    ProxyKind.HAPROXY: "timeout server 10m, timeout client 10m and timeout tunnel 24h (a number without a unit counts "
    "milliseconds)",
    ProxyKind.APACHE: "timeout=3600 behind the address in ProxyPass, or ProxyTimeout 3600",
    ProxyKind.ENVOY: "timeout: 0s in the route (15 s for the whole answer where it is not written)",
    ProxyKind.TRAEFIK: "responseHeaderTimeout: 0s below serversTransport.forwardingTimeouts",
}
BODY: Mapping[ProxyKind, str] = {
    ProxyKind.APACHE: "LimitRequestBody 0",
    ProxyKind.TRAEFIK: "maxRequestBodyBytes=0, or no buffering middleware",
}
