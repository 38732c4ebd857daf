"""Faults that this machine cannot bring about, and why; recorded cases stand for them."""

from __future__ import annotations

REPLAYED = {
    "selinux-network-connect": "needs a host with SELinux",
    "selinux-mount-label": "needs a host with SELinux",
    "port80-filtered-acme-timeout": "the filter is at the provider, outside the host",
    "firewall-reload-flushed-docker": "would take the network from every container of the machine",
    "firewall-blocks-containers": "would change the machine's firewall",
    "dns-aaaa-points-elsewhere": "needs public IPv6",
    "mixed-content-ws": "happens in the browser; no request reaches the server",
    "saved-gateway-url-wrong": "happens in the browser's storage",
    "cloudflare-flexible-loop": "needs the edge of a CDN",
    "cf-access-blocks-nodes": "needs the edge of a CDN",
    "stray-systemd-gateway": "needs a second gateway under systemd",
    "container-dns-broken": "needs a way to the Internet that breaks",
}
