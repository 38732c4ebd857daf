docker run --rm cloudflare/cloudflared:latest tunnel --url http:localhost:18789
