"""The authority's request on port 80 was answered by another server."""

from __future__ import annotations

import re

from clawkit.doctor.acme import refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup

INVALID = re.compile(r"Invalid response from (?P<url>https?://[^\s\"]+)|(?P<key>did not match this challenge|"
                     r"key authorization (?:file )?from the server did not match)")  # fmt: skip
ANSWER = re.compile(r"acme-challenge/\S+?(?:: |\]: | \[[^\]]*\]: )(?P<what>.*)$")


def judge(setup: Setup) -> Finding | None:
    for refusal in refusals(setup, "unauthorized", "incorrectResponse"):
        match = INVALID.search(refusal.detail)
        if match is None:
            continue
        name = refusal.name or (match["url"].split("/")[2] if match["url"] else "the name")
        if match["key"]:
            words = f"the challenge of {name} was answered with another key: two ACME clients serve this name"
        else:
            answer = ANSWER.search(refusal.detail)
            shown = answer["what"].strip(' "')[:70] if answer else "another page"
            words = f"port 80 of {name} does not end at the ACME client: the challenge was answered with {shown}"
        return Finding(
            summary=words,
            fix=Fix(
                "send port 80 of that name to this proxy: the router's port forwarding, the DNS record, or the other "
                "server's configuration; or let it pass /.well-known/acme-challenge/ on",
                f"curl -sSi http://{name}/.well-known/acme-challenge/test",
            ),
            evidence=at(refusal.at),
        )
    return None


CAUSE = Cause(
    slug="acme-answered-by-other-server",
    title="port 80 ends at the ACME client",
    layer=Layer.TLS,
    hop=Hop.PORT,
    symptoms=(Symptom.NO_CERTIFICATE,),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"acme-rate-limited"}),
)
