# Caddy that runs where there is no network, and ends where there is one
ARG BASE
FROM ${BASE}
COPY --chmod=755 caddy /usr/local/bin/caddy
