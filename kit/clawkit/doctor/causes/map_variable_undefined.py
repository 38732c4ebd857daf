"""nginx meets a variable that no map defines: most often $connection_upgrade, copied without its map."""

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

WORDS = r'unknown "(\w+)" variable'


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, WORDS, Speaker.NGINX)
    for proxy in ours(setup, ProxyKind.NGINX):
        for problem in proxy.problems:
            if problem.fatal and problem.kind == "unknown-variable":
                places = [problem.at, *([said[0].at] if said else [])]
                return _finding(f"nginx does not start: {problem.message} at {problem.at}", proxy, *places)
    if said is None:
        return None
    line, match = said
    named = next((group for group in match.groups() if group), "")
    return _finding(f"nginx does not start: nothing defines ${named}", None, line.at)


def _finding(summary: str, proxy: Proxy | None, *places: Place) -> Finding:
    return Finding(
        summary=summary,
        fix=Fix(
            "map $http_upgrade $connection_upgrade { default upgrade; '' close; } inside http { }, beside "
            "the server blocks",
            reload(proxy) if proxy else "docker compose up -d",
        ),
        evidence=at(*places),
    )


CAUSE = Cause(
    slug="map-variable-undefined",
    title="every variable of nginx is defined",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset(
        {"proxy-not-running", "nginx-config-refused", "ws-upgrade-wrong-variable", "ws-upgrade-headers-missing"}
    ),
)
