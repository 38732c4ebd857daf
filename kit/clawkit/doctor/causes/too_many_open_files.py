"""The gateway or the proxy has no file descriptors left."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = r"\bEMFILE\b|\bENFILE\b"
PROXYS = r"\(24: Too many open files\)|accept4?: too many open files|socket: too many open files"


def judge(setup: Setup) -> Finding | None:
    proxy = last_words(setup, PROXYS, Speaker.NGINX, Speaker.CADDY)
    if proxy is not None:
        return _of_proxy(proxy[0])
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    if found is None:
        return None
    line, _ = found
    return Finding(
        summary="the gateway may open no more files (EMFILE): each browser and each channel holds some",
        fix=Fix(
            "ulimits: nofile: 65536 under the gateway's service, or LimitNOFILE=65536 in its unit",
            "docker compose up -d",
        ),
        evidence=at(line.at),
    )


def _of_proxy(line: LogLine) -> Finding:
    return Finding(
        summary="the proxy may open no more files (errno 24): each visitor holds two sockets, each WebSocket for hours",
        fix=Fix(
            "worker_rlimit_nofile 65536; at the top of nginx.conf, LimitNOFILE=65536 in the proxy's unit, or ulimits: "
            "nofile: 65536 under its service",
            "cat /proc/$(pgrep -o 'nginx|caddy')/limits | grep files",
        ),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="too-many-open-files",
    title="gateway and proxy may open more files",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.CUT,
        Symptom.UNAVAILABLE,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"worker-connections-exhausted"}),
)
