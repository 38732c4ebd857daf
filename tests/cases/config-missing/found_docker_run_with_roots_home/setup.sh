#!/bin/bash
docker network create claw-net
docker run -d --name openclaw --restart unless-stopped --network claw-net \
  -v /opt/openclaw:/root/.openclaw \
  -e OPENCLAW_GATEWAY_TOKEN=0123456789abcdef0123456789abcdef \
  ghcr.io/openclaw/openclaw:latest
docker run -d --name caddy --network claw-net -p 80:80 -p 443:443 \
  -v /opt/caddy/Caddyfile:/etc/caddy/Caddyfile -v caddy-data:/data caddy:2-alpine
