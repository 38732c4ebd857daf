# certbot with its RFC 2136 plugin on Debian; as in the official image, `python3` is the one that has certbot.
ARG BASE
FROM ${BASE} AS python
RUN --mount=type=secret,id=apt_sources --mount=type=secret,id=apt_conf --mount=type=secret,id=ca \
    --mount=type=bind,source=apt-install,target=/run/apt-install \
    sh /run/apt-install ca-certificates python3

# pip stays here. The wheels come with the build and were checked against the same hashes when they were fetched.
FROM python AS installed
RUN --mount=type=secret,id=apt_sources --mount=type=secret,id=apt_conf --mount=type=secret,id=ca \
    --mount=type=bind,source=apt-install,target=/run/apt-install \
    sh /run/apt-install python3-venv
RUN --mount=type=bind,source=wheels,target=/run/wheels \
    --mount=type=bind,source=requirements.txt,target=/run/requirements.txt \
    python3 -m venv /opt/pip \
 && python3 -m venv --without-pip /opt/certbot \
 && /opt/pip/bin/pip --python /opt/certbot/bin/python3 install --quiet --disable-pip-version-check --no-cache-dir \
    --no-index --find-links=/run/wheels --require-hashes --requirement=/run/requirements.txt

FROM python
COPY --from=installed /opt/certbot /opt/certbot
ARG VERSION
ARG INPUTS
ENV PATH=/opt/certbot/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LABEL org.opencontainers.image.title="certbot, built by clawkit" \
      org.opencontainers.image.version="${VERSION}" \
      clawkit.inputs="${INPUTS}"
ENTRYPOINT ["certbot"]
