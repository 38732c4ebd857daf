#!/bin/sh
# Runs nginx, and reloads it when a certificate was renewed. A reload keeps every open connection.
set -eu

CONFIG=/etc/clawkit/nginx.conf

certificates() { cat /tls/site/*/live/fullchain.pem 2>/dev/null | cksum; }

watch_certificates() {
    served=$(certificates)
    while sleep 2; do
        found=$(certificates)
        [ "$found" = "$served" ] && continue
        # a pair that nginx refuses must not take down the one that it serves
        if nginx -e stderr -c "$CONFIG" -t -q; then
            nginx -e stderr -c "$CONFIG" -s reload
            echo "clawkit: reloaded for a new certificate"
            served=$found
        fi
    done
}

watch_certificates &
exec nginx -e stderr -c "$CONFIG" -g "daemon off;"
