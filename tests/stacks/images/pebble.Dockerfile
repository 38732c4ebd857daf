# Debian's Pebble with its name server (letsencrypt/pebble), and a client to prove the pair by.
ARG BASE
FROM ${BASE}
RUN --mount=type=secret,id=apt_sources --mount=type=secret,id=apt_conf --mount=type=secret,id=ca \
    --mount=type=bind,source=apt-install,target=/run/apt-install \
    sh /run/apt-install pebble certbot
COPY pebble-start /usr/local/bin/
CMD ["pebble-start"]
