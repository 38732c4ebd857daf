"""A Caddy upstream carries a path, and be it a slash."""

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

WORDS = r"URLs for proxy upstreams only support scheme, host, and port components"


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, WORDS, Speaker.CADDY)
    for proxy in ours(setup, ProxyKind.CADDY):
        for problem in proxy.problems:
            if problem.fatal and problem.kind == "upstream-path":
                places = [problem.at, *([said[0].at] if said else [])]
                return _finding(
                    f"Caddy refuses its configuration: {problem.at.text.strip()} at {problem.at} has a path "
                    "behind the port",
                    proxy,
                    *places,
                )
    if said is None:
        return None
    line, _ = said
    return _finding(
        "Caddy refuses its configuration: an upstream of reverse_proxy has a path or a slash behind the port",
        None,
        line.at,
    )


def _finding(summary: str, proxy: Proxy | None, *places: Place) -> Finding:
    return Finding(
        summary=summary,
        fix=Fix(
            "write only host and port, e.g. reverse_proxy openclaw:18789; a path belongs into rewrite or handle_path",
            reload(proxy) if proxy else "docker compose up -d",
        ),
        evidence=at(*places),
    )


CAUSE = Cause(
    slug="caddy-upstream-with-path",
    title="no upstream of Caddy has a path",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"proxy-not-running", "caddyfile-refused"}),
)
