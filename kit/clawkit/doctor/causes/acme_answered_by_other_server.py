"""The authority's request on port 80 was answered by another server."""

from __future__ import annotations

import re

from clawkit.doctor.acme import Refusal, refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup

INVALID = re.compile(r"Invalid response from (?P<url>https?://[^\s\"]+)|(?P<key>did not match this challenge|"
                     r"key authorization (?:file )?from the server did not match)")  # fmt: skip
ANSWER = re.compile(r"acme-challenge/\S+?(?:: |\]: | \[[^\]]*\]: )(?P<what>.*)$")


NO_ALPN = re.compile(r"Cannot negotiate ALPN|no application protocol", re.IGNORECASE)


def judge(setup: Setup) -> Finding | None:
    for refusal in refusals(setup, "unauthorized", "incorrectResponse", "tls"):
        match = INVALID.search(refusal.detail)
        if match is None and NO_ALPN.search(refusal.detail):
            return _other_tls(refusal)
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


def _other_tls(refusal: Refusal) -> Finding:
    name = refusal.name or "the name"
    return Finding(
        summary=f"port 443 of {name} does not end at the ACME client: another server ends TLS there (no acme-tls/1)",
        fix=Fix("send 443 of that name to this proxy without ending TLS before it, switch a CDN's proxying off, or use "
                "HTTP-01 or DNS-01 (Caddy: issuer acme { disable_tlsalpn_challenge })",
                f"openssl s_client -connect {name}:443 -servername {name} </dev/null | grep -E 'issuer|subject'"),
        evidence=at(refusal.at),
    )  # fmt: skip


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
