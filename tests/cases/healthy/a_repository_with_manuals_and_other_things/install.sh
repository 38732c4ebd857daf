#!/bin/sh
set -e
cat > /etc/nginx/conf.d/claw.conf <<CONF
server { listen ${PORT}; location / { proxy_pass http://127.0.0.1:${PORT2}; } }
CONF
