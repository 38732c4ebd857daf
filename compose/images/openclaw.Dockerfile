# The OpenClaw gateway from its npm package, laid out like the official image (docs/install/docker.md of OpenClaw).
ARG BASE
FROM ${BASE} AS node
COPY node/ /usr/local/
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx

# Runs beside the apt stage below. Install scripts of the dependencies stay off: koffi brings a prebuilt library
# and the others print advice; OpenClaw's own one tidies its package and is called by name.
FROM node AS app
COPY npm/ /app/
WORKDIR /app
RUN --mount=type=secret,id=npmrc --mount=type=secret,id=ca \
    export npm_config_userconfig=/run/secrets/npmrc npm_config_cache=/tmp/npm npm_config_update_notifier=false; \
    if [ -s /run/secrets/ca ]; then export npm_config_cafile=/run/secrets/ca; fi; \
    if [ -f package-lock.json ]; then verb=ci; else verb=install; fi; \
    npm "$verb" --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=warn \
 && node node_modules/openclaw/scripts/postinstall-bundled-plugins.mjs \
 && chmod 755 node_modules/openclaw/openclaw.mjs \
 && rm -rf /tmp/npm package.json package-lock.json node_modules/.package-lock.json \
 && for entry in node_modules/openclaw/*; do \
        case "$entry" in */node_modules) ;; *) ln -s "$entry" . ;; esac; \
    done

FROM node
RUN --mount=type=secret,id=apt_sources --mount=type=secret,id=apt_conf --mount=type=secret,id=ca \
    --mount=type=bind,source=apt-install,target=/run/apt-install \
    sh /run/apt-install ca-certificates curl git hostname libgomp1 lsof openssh-client openssl procps python3 tini \
 && useradd --create-home --uid 1000 --user-group --shell /bin/bash node \
 && install -d -m 0755 -o node -g node /home/node/.config /home/node/.local /home/node/.local/bin \
 && install -d -m 0700 -o node -g node /home/node/.openclaw /home/node/.openclaw/workspace /home/node/.config/openclaw \
 && ln -s /app/openclaw.mjs /usr/local/bin/openclaw
COPY --from=app /app /app
WORKDIR /app
ENV NODE_ENV=production \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/home/node/.local/bin \
    PLAYWRIGHT_BROWSERS_PATH=/home/node/.cache/ms-playwright
ARG VERSION
ARG INPUTS
LABEL org.opencontainers.image.title="OpenClaw gateway, built by clawkit" \
      org.opencontainers.image.version="${VERSION}" \
      clawkit.inputs="${INPUTS}"
USER node
HEALTHCHECK --interval=3m --timeout=10s --start-period=15s --retries=3 CMD ["node", "dist/docker-healthcheck.js"]
ENTRYPOINT ["tini", "-s", "--"]
CMD ["node", "openclaw.mjs", "gateway"]
