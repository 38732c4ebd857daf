#!/bin/sh
docker run -d --name openclaw --restart unless-stopped \
  -v /opt/openclaw:/home/node/.openclaw \
  -e OPENCLAW_GATEWAY_TOKEN="$TOKEN" \
  ghcr.io/openclaw/openclaw:latest
docker run -d --name caddy --restart unless-stopped \
  -p 80:80 -p 443:443 \
  -v /opt/caddy/Caddyfile:/etc/caddy/Caddyfile \
  -v caddy-data:/data \
  caddy:2-alpine
