#!/bin/sh
# Entry of the gateway container: hands OpenClaw its token and its part of openclaw.json, then becomes OpenClaw.
set -eu
umask 077

# OpenClaw reads a secret file only when it is its own and 0600; a mounted file has the host's owner.
for secret in /run/secrets/*-token; do
  cat "$secret" > /run/clawkit/gateway.token
done

node /clawkit/bin/seed.mjs /clawkit/config/openclaw.json "$OPENCLAW_CONFIG_PATH"

# --bind and --port are the owned keys again: the command line beats whatever the file was changed to meanwhile
exec node openclaw.mjs gateway --bind lan --port 18789
