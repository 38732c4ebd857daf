#!/bin/sh
docker network create --subnet 172.25.0.0/24 claw
docker run -d --name openclaw --network claw --restart unless-stopped \
  -e OPENCLAW_GATEWAY_TOKEN="$TOKEN" \
  -v openclaw:/home/node/.openclaw \
  ghcr.io/openclaw/openclaw:2026.9.6
docker run -d --name web --network claw --ip 172.25.0.9 --restart unless-stopped \
  -p 80:80 -p 443:443 \
  -v $PWD/nginx.conf:/etc/nginx/nginx.conf:ro -v $PWD/tls:/tls:ro \
  nginx:1.28
