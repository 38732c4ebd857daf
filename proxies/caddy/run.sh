#!/bin/sh
# Runs Caddy, and reloads it when a certificate file was replaced: Caddy itself watches only those that it issues.
set -eu

CONFIG=/etc/clawkit/Caddyfile

certificates() { cat /tls/site/*/live/fullchain.pem 2>/dev/null | cksum; }

watch_certificates() {
    served=$(certificates)
    while sleep 2; do
        found=$(certificates)
        [ "$found" = "$served" ] && continue
        # forced, because the configuration itself is the same; one that Caddy refuses leaves the old one running
        if caddy reload --config "$CONFIG" --adapter caddyfile --force; then
            echo "clawkit: reloaded for a new certificate"
            served=$found
        fi
    done
}

watch_certificates &
exec caddy run --config "$CONFIG" --adapter caddyfile
