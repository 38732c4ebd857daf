#!/bin/sh
# Runs nginx, and reloads it when a certificate was renewed. A reload keeps every open connection.
set -eu

CONFIG=/etc/clawkit/nginx.conf

certificates() { cat /tls/site/*/live/fullchain.pem 2>/dev/null | cksum; }

reload() { nginx -e stderr -c "$CONFIG" -t -q && nginx -e stderr -c "$CONFIG" -s reload; }

watch_certificates() {
    refused=
    while sleep 2; do
        found=$(certificates)
        [ "$found" = "$served" ] && continue
        # a pair that nginx refuses does not take down the one that it serves; tried again, and told once
        if told=$(reload 2>&1); then
            echo "clawkit: reloaded for a new certificate"
            served=$found
        elif [ "$found" != "$refused" ]; then
            echo "clawkit: the new certificate is refused, the one before is still served: $told" >&2
            refused=$found
        fi
    done
}

# read before nginx reads them: one that changes in between is worth a reload, never missed
served=$(certificates)
watch_certificates &
exec nginx -e stderr -c "$CONFIG" -g "daemon off;"
