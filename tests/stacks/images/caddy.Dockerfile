# The kit's own Caddy image with a current program in it, for tests only: the wheel is not from the Caddy project.
ARG BASE
FROM ${BASE}
COPY --chmod=755 caddy /usr/bin/caddy
ARG VERSION
ENV CADDY_VERSION=v${VERSION}
LABEL org.opencontainers.image.title="Caddy for the tests of clawkit" \
      org.opencontainers.image.version="${VERSION}"
