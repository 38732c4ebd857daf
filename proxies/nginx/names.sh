#!/bin/sh
# Docker Swarm: runs nginx with the gateways' addresses in the place of their names, which nginx would look up once and
# never again, and with the certificates that the acme container has handed over in the place of those that stand in for
# them. Reloads it when one of these has changed. A reload keeps every open connection.
# usage: names.sh SERVICE...
set -eu

WRITTEN=/etc/clawkit/nginx.conf
CONFIG=/tmp/nginx.conf
HANDED=/acme/site
GENERATION=/etc/clawkit/generation
NJS=/usr/lib/nginx/modules/ngx_http_js_module.so

# as in run.sh: a module in nginx's own image and in Debian's, compiled in where nginx -V names it
load_njs() {
    if [ -e "$NJS" ] && ! nginx -V 2>&1 | grep -q -- '--add-module=[^ ]*njs'; then
        echo "load_module $NJS;"
    fi
}

# of a service on this proxy's networks; nothing while it has no healthy task
address() { timeout 3 getent ahostsv4 "$1" 2>/dev/null | awk 'NR == 1 {print $1}' || true; }

# one that has no name for a while keeps its address: it comes back soon, and until then requests wait
look() {
    changed=
    for name in "$@"; do
        found=$(address "$name")
        if [ -z "$found" ] || [ "$found" = "$(cat "/tmp/at-$name")" ]; then
            continue
        fi
        echo "$found" > "/tmp/at-$name"
        changed="$changed $name"
    done
    [ -n "$changed" ]
}

# a gateway that was not there yet has the stand-in, which says: come again
write() {
    cp "$WRITTEN" "$CONFIG.new"
    for name in "$@"; do
        found=$(cat "/tmp/at-$name")
        sed -i "s/server $name:18789 /server ${found:-127.0.0.1:8078}${found:+:18789} /" "$CONFIG.new"
    done
    for file in "$HANDED"/*/live/fullchain.pem; do
        [ -r "$file" ] || continue
        site=${file#"$HANDED"/}
        site=${site%%/*}
        sed -i "s#/tls/site/$site/live/#$HANDED/$site/live/#" "$CONFIG.new"
    done
    mv "$CONFIG.new" "$CONFIG"
}

certificates() { cat "$HANDED"/*/live/fullchain.pem 2>/dev/null | cksum; }

# who asks for certificates waits until every proxy says that it knows the names (compose/acme/places.py); said again
# and again, for one that has fallen silent is not waited for
tell() {
    [ -e "$GENERATION" ] && [ -d /acme/served ] || return 0
    said=$((${said:-0} + 1))
    [ $((said % 20)) -eq 1 ] || return 0
    if ! curl -fsS -o /dev/null http://127.0.0.1:8079/alive || ! cat "$GENERATION" > "/acme/served/.$NODE" ||
        ! mv -f "/acme/served/.$NODE" "/acme/served/$NODE"; then
        said=0
    fi 2>/dev/null
}

watch() {
    waiting=
    while sleep 1; do
        if look "$@"; then
            waiting=" the address of$changed"
        fi
        found=$(certificates)
        if [ "$found" != "$handed" ]; then
            waiting="$waiting a certificate"
            handed=$found
        fi
        tell
        [ -n "$waiting" ] || continue
        write "$@"
        if nginx -e stderr -c "$CONFIG" -s reload; then
            echo "clawkit: reloaded for$waiting"
            waiting=
        fi
    done
}

load_njs > /tmp/njs.conf
# what an earlier run knew of the gateways is out of date
rm -f /tmp/away-* "/acme/served/${NODE:-}" 2>/dev/null || true
for name in "$@"; do
    : > "/tmp/at-$name"
done
look "$@" || true
# read before nginx reads them: one that changes in between is worth a reload, never missed
handed=$(certificates)
write "$@"
watch "$@" &
exec nginx -e stderr -c "$CONFIG" -g "daemon off;"
