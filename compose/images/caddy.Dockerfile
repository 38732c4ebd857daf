# Debian's Caddy with the folders and the command of the official image.
ARG BASE
FROM ${BASE} AS installed
RUN --mount=type=secret,id=apt_sources --mount=type=secret,id=apt_conf --mount=type=secret,id=ca \
    --mount=type=bind,source=apt-install,target=/run/apt-install \
    sh /run/apt-install caddy ca-certificates curl mailcap \
 && mkdir -p /config/caddy /data/caddy /srv

# Exported before the image is made: CADDY_VERSION below is what was really installed.
FROM scratch AS record
COPY --from=installed /usr/share/clawkit/packages.txt /

FROM installed
ARG VERSION
ARG INPUTS
ENV CADDY_VERSION=v${VERSION} XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
LABEL org.opencontainers.image.title="Caddy, built by clawkit" \
      org.opencontainers.image.version="${VERSION}" \
      clawkit.inputs="${INPUTS}"
EXPOSE 80 443 443/udp 2019
WORKDIR /srv
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
