docker network create edge
docker run -d --name openclaw --network edge --env-file ./claw.env -v /srv/claw:/home/node/.openclaw ghcr.io/openclaw/openclaw:latest
docker run -d --name caddy --network edge -p 80:80 -p 443:443 -v /srv/Caddyfile:/etc/caddy/Caddyfile -v caddy_data:/data caddy:2
