"""The gateway cannot reach the model: its 408 comes from the gateway, not from the proxy."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = (
    r"upstream provider timeout|(?:model|provider|fetch failed|ollama).*(?:ECONNREFUSED|ENOTFOUND|"
    r"EAI_AGAIN|ENETUNREACH|ETIMEDOUT)|LLM request failed: DNS lookup|"
    r"[Aa]ll models failed .*(?:timed out|fetch failed|[Cc]onnection error)"
)
UNTRUSTED = r"(?:fetch failed|model|provider|LLM).*(?:self[- ]signed certificate|SELF_SIGNED_CERT|UNABLE_TO_\w+)"


def judge(setup: Setup) -> Finding | None:
    untrusted = heard(setup, UNTRUSTED)
    if untrusted:
        return Finding(
            summary="the gateway does not trust the certificate of its model's address: it is signed by an authority "
            "of your own",
            fix=Fix("mount that authority's certificate and name it: NODE_EXTRA_CA_CERTS=/path/ca.pem for the gateway",
                    "docker compose up -d"),
            evidence=at(*untrusted[:2]),
            observed=True,
        )  # fmt: skip
    seen = heard(setup, SAID)
    if not seen:
        return None
    return Finding(
        summary="the gateway cannot reach its model: 408 upstream provider timeout after about 73 s is the "
        "gateway's own answer",
        fix=Fix(
            "let the gateway's container out to the model (DNS, firewall, a network that is not internal), and "
            "check baseUrl",
            "docker compose exec openclaw node -e 'fetch(process.argv[1]).then(r=>console.log(r.status))' <baseUrl>",
        ),
        evidence=at(*seen[:2]),
        observed=True,
    )


CAUSE = Cause(
    slug="model-unreachable",
    title="the gateway reaches its model",
    layer=Layer.GATEWAY,
    hop=Hop.MODEL,
    symptoms=(
        Symptom.REQUEST_TIMEOUT,
        Symptom.BAD_GATEWAY,
    ),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
