# A newer Debian's Pebble on the image with the older one; it needs nothing newer than that one's C library.
ARG BASE
FROM ${BASE}
RUN --mount=type=secret,id=apt_sources --mount=type=secret,id=apt_conf --mount=type=secret,id=ca \
    --mount=type=bind,source=apt-install,target=/run/apt-install \
    sh /run/apt-install pebble
CMD ["pebble-start"]
