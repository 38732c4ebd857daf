#!/bin/sh
# Runs Caddy, and reloads it when its configuration was rendered anew or a certificate file was replaced: Caddy itself
# watches only the certificates that it issues.
set -eu

CONFIG=/etc/clawkit/Caddyfile

# clawkit writes that file when it has written all others: what is half written, or only edited, is not taken up
generation() { cat /etc/clawkit/generation 2>/dev/null || true; }

certificates() { cat /tls/site/*/live/fullchain.pem 2>/dev/null | cksum; }

# what is read anew
wanted() { echo "$(generation) $(certificates)"; }

# what the running one says of itself (Caddyfile), so that clawkit can see which configuration is served
mark() { printf 'respond "%s"\n' "$(generation)" > /tmp/generation.caddy; }

# for env: where each site's certificate is read from, the same folder for all that have the same one (Caddyfile)
folders() {
    before=
    sha256sum /tls/site/*/live/fullchain.pem 2>/dev/null | sort | while read -r sum file; do
        [ "$sum" = "$before" ] || folder=${file%/*}
        before=$sum
        site=${file%/live/*}
        echo "certificate-${site##*/}=$folder"
    done
}

# forced, because for a certificate the configuration itself is the same
# shellcheck disable=SC2046  # one word each: names of sites have no blanks
reload() { env $(folders) caddy reload --config "$CONFIG" --adapter caddyfile --force; }

watch() {
    refused=
    while sleep 2; do
        found=$(wanted)
        [ "$found" = "$served" ] && continue
        mark
        # what Caddy refuses does not take down what it serves; tried again, and told once
        if told=$(reload 2>&1); then
            echo "clawkit: reloaded for a new configuration or certificate"
            rm -f /tmp/refused
            generation > /tmp/taken
            served=$found
        elif [ "$found" != "$refused" ]; then
            echo "clawkit: the new configuration or certificate is refused, the one before is still served: $told" >&2
            echo "$(generation)
$told" > /tmp/refused
            refused=$found
        fi
    done
}

# read before Caddy reads them: one that changes in between is worth a reload, never missed
served=$(wanted)
mark
generation > /tmp/taken
watch &
# shellcheck disable=SC2046
exec env $(folders) caddy run --config "$CONFIG" --adapter caddyfile
