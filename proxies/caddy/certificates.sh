#!/bin/sh
# Docker Swarm: runs Caddy with the certificates that the acme container has handed over, in the place of those that stand
# in for them, and reloads it when one has come or was renewed: Caddy itself watches only what it issues.
set -eu

WRITTEN=/etc/clawkit/Caddyfile
CONFIG=/tmp/Caddyfile
HANDED=/acme/site

certificates() { cat "$HANDED"/*/live/fullchain.pem 2>/dev/null | cksum; }

# sites that have the same one read it from one file: of two files with the same Caddy before 2.7 shows it for one site
# alone (caddyserver/certmagic#211)
write() {
    cp "$WRITTEN" "$CONFIG.new"
    before=
    sha256sum "$HANDED"/*/live/fullchain.pem 2>/dev/null | sort | while read -r sum file; do
        [ "$sum" = "$before" ] || folder=${file%/*}
        before=$sum
        site=${file#"$HANDED"/}
        site=${site%%/*}
        sed -i "s#/tls/site/$site/live/#$folder/#g" "$CONFIG.new"
    done
    mv "$CONFIG.new" "$CONFIG"
}

watch() {
    while sleep 2; do
        found=$(certificates)
        [ "$found" = "$handed" ] && continue
        write
        # forced, because for a renewed one the configuration itself is the same
        if caddy reload --config "$CONFIG" --adapter caddyfile --force 2>/dev/null; then
            echo "clawkit: reloaded for a certificate"
            handed=$found
        fi
    done
}

# read before Caddy reads them: one that changes in between is worth a reload, never missed
handed=$(certificates)
write
watch &
exec caddy run --config "$CONFIG" --adapter caddyfile
