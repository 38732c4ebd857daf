# Debian's nginx with njs, with the user, the stop signal and the command of the official image.
ARG BASE
FROM ${BASE} AS installed
# 101 is nginx in the official image; on a fresh Debian the number may be anybody's, so it is taken first
RUN groupadd --system --gid 101 nginx \
 && useradd --system --uid 101 --gid nginx --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin nginx
RUN --mount=type=secret,id=apt_sources --mount=type=secret,id=apt_conf --mount=type=secret,id=ca \
    --mount=type=bind,source=apt-install,target=/run/apt-install \
    sh /run/apt-install nginx libnginx-mod-http-js ca-certificates curl openssl \
 && sed -i 's/^user www-data;/user nginx;/' /etc/nginx/nginx.conf \
 && ln -sf /dev/stdout /var/log/nginx/access.log \
 && ln -sf /dev/stderr /var/log/nginx/error.log

# Exported before the image is made: NGINX_VERSION below is what was really installed.
FROM scratch AS record
COPY --from=installed /usr/share/clawkit/packages.txt /

FROM installed
ARG VERSION
ARG INPUTS
ENV NGINX_VERSION=${VERSION}
LABEL org.opencontainers.image.title="nginx with njs, built by clawkit" \
      org.opencontainers.image.version="${VERSION}" \
      clawkit.inputs="${INPUTS}"
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
