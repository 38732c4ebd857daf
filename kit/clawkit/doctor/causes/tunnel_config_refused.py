"""cloudflared refuses its ingress rules, so the tunnel does not start and Cloudflare answers 1033."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

FIXES = {
    "no-catch-all": "- service: http_status:404 as the last rule",
    "early-catch-all": "move that rule to the end",
    "path": "take the path off the service",
    "no-scheme": "http:// before the service's name",
}
WORDS = (
    r"The last ingress rule must match all URLs.*|Rule #\d+ is matching the hostname.*|"
    r"\S+ is an invalid address, (?:please make sure|ingress rules don't support).*"
)


def judge(setup: Setup) -> Finding | None:
    said = [(line.at, match[0]) for line, match in setup.said(WORDS)]
    for proxy in setup.proxies:
        for problem in proxy.problems if proxy.kind is ProxyKind.CLOUDFLARED else ():
            return Finding(
                summary=f"cloudflared refuses its configuration ({problem.at}): {problem.message}",
                fix=Fix(f"{FIXES[problem.kind]}; cloudflared tunnel ingress validate says whether it is well",
                        reload(proxy)),
                evidence=at(problem.at, *(place for place, _ in said[:1])),
            )  # fmt: skip
    if not said:
        return None
    return Finding(
        summary=f"cloudflared refuses its configuration: {said[-1][1]}",
        fix=Fix("mend that rule", "cloudflared tunnel ingress validate"),
        evidence=at(said[-1][0]),
    )


CAUSE = Cause(
    slug="tunnel-config-refused",
    title="cloudflared accepts its ingress rules",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING, Symptom.UNAVAILABLE),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"proxy-not-running", "tunnel-target-wrong", "cloudflare-origin-error"}),
)
