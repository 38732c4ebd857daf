# The kit's own nginx image with a current program in it, for tests only; njs is compiled in and not a module.
ARG BASE
FROM ${BASE}
COPY --chmod=755 nginx /usr/sbin/nginx
ARG VERSION
ENV NGINX_VERSION=${VERSION}
LABEL org.opencontainers.image.title="nginx for the tests of clawkit" \
      org.opencontainers.image.version="${VERSION}"
