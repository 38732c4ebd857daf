"""Caddy refuses its configuration, so it does not start, or goes on with the old one."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import ours
from clawkit.doctor.reload import reload

WORDS = (
    r"(?:Error: |\"error\": ?\")?(?:adapting config using caddyfile|adapting config|"
    r"loading initial config|parsing caddyfile\S*): ((?!.*(?:module not registered|only support scheme|"
    r"permission denied|address already in use|is a directory)).*)|"
    r"(?:Caddyfile\S*:\d+(?: -|:) (?:Error during parsing: |unrecognized directive|Syntax error).*)"
)


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, WORDS, Speaker.CADDY)
    for proxy in ours(setup, ProxyKind.CADDY):
        for problem in proxy.problems:
            if problem.fatal and problem.kind != "upstream-path":
                places = [problem.at, *([said[0].at] if said else [])]
                return _finding(f"Caddy refuses its configuration: {problem.message} in {problem.at}", proxy, *places)
    if said is None:
        return None
    line, match = said
    named = next((group for group in match.groups() if group), "")
    return _finding(f"Caddy refuses its configuration: {named.strip() or line.text.strip()}", None, line.at)


def _finding(summary: str, proxy: Proxy | None, *places: Place) -> Finding:
    return Finding(
        summary=summary,
        fix=Fix(
            "mend that line; caddy validate --config /etc/caddy/Caddyfile says whether it is well",
            reload(proxy) if proxy else "docker compose up -d",
        ),
        evidence=at(*places),
    )


CAUSE = Cause(
    slug="caddyfile-refused",
    title="Caddy accepts its configuration",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"proxy-not-running", "upstream-wrong-port", "site-name-not-matched", "page-not-proxied"}),
)
