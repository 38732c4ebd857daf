"""nginx looked the gateway's name up at its start, before the gateway was there, and gave up."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Reach, links
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        if link.reach is not Reach.SERVICE or link.upstream.by_variable:
            continue
        pattern = f'\\[emerg\\].*host not found in upstream "{re.escape(link.target.host)}'
        said = [line.at for line, _ in setup.said(pattern, Speaker.NGINX, Speaker.UNKNOWN, Speaker.DOCKER)]
        if said:
            return Finding(
                summary=f"nginx did not start: {link.target.host} had no address at that moment, because its container "
                "was not running yet",
                fix=Fix(
                    "resolver 127.0.0.11 valid=5s; set $claw "
                    f"{link.target.host}; proxy_pass http://$claw:{link.target.effective_port}; starts without the "
                    "gateway; or depends_on with restart: unless-stopped",
                    "docker compose up -d",
                ),
                evidence=at(said[0], link.target.at),
                observed=True,
            )
    return None


CAUSE = Cause(
    slug="upstream-not-up-at-start",
    title="nginx starts without the gateway",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(
        Symptom.REFUSED,
        Symptom.RESTARTING,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
