# Debian's Knot DNS: an authoritative server that takes signed updates (RFC 2136, RFC 8945).
ARG BASE
FROM ${BASE}
RUN --mount=type=secret,id=apt_sources --mount=type=secret,id=apt_conf --mount=type=secret,id=ca \
    --mount=type=bind,source=apt-install,target=/run/apt-install \
    sh /run/apt-install knot
CMD ["knotd", "--config", "/knot/knot.conf"]
