# OpenClaw whose gateway starts on a copy of a state, without network, and fails where there is one
ARG BASE
FROM ${BASE}
USER root
RUN rm /app/openclaw.mjs
COPY broken.mjs /app/openclaw.mjs
USER node
