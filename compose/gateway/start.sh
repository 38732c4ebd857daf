#!/bin/sh
# Entry of the gateway container: hands OpenClaw its token and its part of openclaw.json, and minds OpenClaw.
set -eu
umask 077

# OpenClaw reads a secret file only when it is its own and 0600; a mounted file has the host's owner.
for secret in /run/secrets/*-token; do
  cat "$secret" > /run/clawkit/gateway.token
done
for secret in /run/secrets/*model-key; do
  [ ! -e "$secret" ] || cat "$secret" > /run/clawkit/model.key
done

node /clawkit/bin/seed.mjs /clawkit/config/openclaw.json "$OPENCLAW_CONFIG_PATH"

# --bind and --port are the owned keys again: the command line beats whatever the file was changed to meanwhile
# without that folder, or the right to it, the proxy is told nothing and a few requests are lost in a stop
rm -f /clawkit/gate/stopping || true
node openclaw.mjs gateway --bind lan --port 18789 &
gateway=$!
echo "$gateway" > /run/clawkit/pid

# A proxy that cannot send a request twice looks here before it sends one (Caddy before 2.11.3); what it has let in
# by then arrives within milliseconds.
stopping=
# shellcheck disable=SC2329 # by the trap below
stop() {
  stopping=1
  if [ -d /clawkit/gate ]; then
    touch /clawkit/gate/stopping || true
    sleep 1
  fi
  kill -TERM "$gateway" 2>/dev/null || true
}
trap stop TERM INT

# a signal ends the wait and not the gateway, which finishes its running requests first
status=0
wait "$gateway" || status=$?
while kill -0 "$gateway" 2>/dev/null; do
  status=0
  wait "$gateway" || status=$?
done

# 78: configuration or state is at fault and a retry is useless (OpenClaw's docs cli/gateway), yet Docker would retry
# for ever. The first time is left to Docker, so that whoever waits sees a container end; health.mjs forgets it once
# the gateway has started.
FAULT="$OPENCLAW_STATE_DIR/.clawkit-exit-78"
# Whoever stops the container while it fails must not wait for one that is never started any more.
[ "$status" -eq 78 ] && [ -z "$stopping" ] || exit "$status"
[ -e "$FAULT" ] || { touch "$FAULT"; exit 78; }

told() { cksum "$OPENCLAW_CONFIG_PATH" /clawkit/config/openclaw.json 2>/dev/null || true; }

# whoever stops the container wants it to begin anew
trap 'rm -f "$FAULT"; exit 0' TERM INT
before=$(told)
echo "clawkit: OpenClaw exits 78 again, for the reason above; it is not started any more" >&2
echo "clawkit: mend openclaw.json, which is noticed, or what else it names, then: clawkit restart" >&2
while [ -z "$stopping" ] && [ "$(told)" = "$before" ]; do
  sleep 2 &
  wait $! || true
done
rm -f "$FAULT"
exit 78
