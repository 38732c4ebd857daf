#!/bin/sh
# Runs Caddy, and reloads it when a certificate file was replaced: Caddy itself watches only those that it issues.
set -eu

CONFIG=/etc/clawkit/Caddyfile

certificates() { cat /tls/site/*/live/fullchain.pem 2>/dev/null | cksum; }

# forced, because the configuration itself is the same
reload() { caddy reload --config "$CONFIG" --adapter caddyfile --force; }

watch_certificates() {
    refused=
    while sleep 2; do
        found=$(certificates)
        [ "$found" = "$served" ] && continue
        # a pair that Caddy refuses does not take down the one that it serves; tried again, and told once
        if told=$(reload 2>&1); then
            echo "clawkit: reloaded for a new certificate"
            served=$found
        elif [ "$found" != "$refused" ]; then
            echo "clawkit: the new certificate is refused, the one before is still served: $told" >&2
            refused=$found
        fi
    done
}

# read before Caddy reads them: one that changes in between is worth a reload, never missed
served=$(certificates)
watch_certificates &
exec caddy run --config "$CONFIG" --adapter caddyfile
