#!/bin/sh
# Runs nginx, and reloads it when its configuration was rendered anew or a certificate was renewed. A reload keeps every
# open connection.
set -eu

CONFIG=/etc/clawkit/nginx.conf
NJS=/usr/lib/nginx/modules/ngx_http_js_module.so

# a module in nginx's own image and in Debian's; where nginx -V names it, it is compiled in
load_njs() {
    if [ -e "$NJS" ] && ! nginx -V 2>&1 | grep -q -- '--add-module=[^ ]*njs'; then
        echo "load_module $NJS;"
    fi
}

# clawkit writes that file when it has written all others: what is half written, or only edited, is not taken up
generation() { cat /etc/clawkit/generation 2>/dev/null || true; }

certificates() { cat /tls/site/*/live/fullchain.pem 2>/dev/null | cksum; }

# what is read anew
wanted() { echo "$(generation) $(certificates)"; }

# what the running one says of itself (nginx.conf), so that clawkit can see which configuration is served
mark() { printf 'return 200 "%s";\n' "$(generation)" > /tmp/generation.conf; }

# who asks for certificates waits for this: before it, the authority would ask for challenges of unknown names in vain
tell() {
    [ -d /acme/served ] || return 0
    tries=0
    # one of the user's own configurations says nothing of itself
    until [ "$(curl -fsS http://127.0.0.1:8079/generation 2>/dev/null)" = "$(generation)" ] || [ $tries -ge 50 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    # without it certificates come later; the watch below must go on
    generation > /acme/served/generation || echo "clawkit: /acme/served cannot be written" >&2
}

reload() { nginx -e stderr -c "$CONFIG" -t -q && nginx -e stderr -c "$CONFIG" -s reload; }

watch() {
    refused=
    tell
    while sleep 2; do
        found=$(wanted)
        [ "$found" = "$served" ] && continue
        mark
        # what nginx refuses does not take down what it serves; tried again, and told once
        if told=$(reload 2>&1); then
            echo "clawkit: reloaded for a new configuration or certificate"
            rm -f /tmp/refused
            generation > /tmp/taken
            served=$found
            tell
        elif [ "$found" != "$refused" ]; then
            echo "clawkit: the new configuration or certificate is refused, the one before is still served: $told" >&2
            echo "$(generation)
$told" > /tmp/refused
            refused=$found
        fi
    done
}

load_njs > /tmp/njs.conf
# what an earlier run knew of the gateways, or said of itself, is out of date
rm -f /tmp/away-*
rm -f /acme/served/generation || true
# read before nginx reads them: one that changes in between is worth a reload, never missed
served=$(wanted)
mark
generation > /tmp/taken
watch &
exec nginx -e stderr -c "$CONFIG" -g "daemon off;"
