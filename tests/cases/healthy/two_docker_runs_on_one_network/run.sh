#!/bin/sh
docker network create --subnet 172.33.0.0/24 claw
docker run -d --name openclaw --network claw -v /opt/openclaw:/home/node/.openclaw -e OPENCLAW_GATEWAY_TOKEN="$TOKEN" ghcr.io/openclaw/openclaw:latest
docker run -d --name caddy --network claw --ip 172.33.0.2 -p 80:80 -p 443:443 -v /opt/caddy/Caddyfile:/etc/caddy/Caddyfile -v caddy-data:/data caddy:2-alpine
