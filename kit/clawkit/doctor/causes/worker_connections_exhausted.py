"""nginx has no connections left: every proxied WebSocket holds two."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.logged import logged
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

FEW = 64
"""One browser opens six connections, and each is two for nginx."""
WORDS = r"worker_connections are not enough|Too many open files"


def judge(setup: Setup) -> Finding | None:
    seen = _seen(setup)
    for proxy in {id(proxy): proxy for proxy, _ in sites(setup)}.values():
        if proxy.kind is not ProxyKind.NGINX:
            continue
        line = proxy.options.get("worker_connections")
        if not seen and (line is None or _number(line) >= FEW):
            continue
        return _finding(proxy, line, seen)
    alone = logged(setup, FailureKind.TOO_MANY_FILES)
    return _finding(None, None, tuple(failure.at for failure in alone)) if alone else None


def _finding(proxy: Proxy | None, line: Value[str] | None, seen: tuple[Place, ...]) -> Finding:
    return Finding(
        summary=f"nginx has {_count(proxy, line)} connections per worker, and each visitor holds several"
        + (": it ran out" if seen else ""),
        fix=Fix(
            "events { worker_connections 4096; } and worker_rlimit_nofile 8192; at the top",
            reload(proxy) if proxy else "nginx -t && nginx -s reload",
        ),
        evidence=at(*([line.at] if line else []), *seen[:2]),
        severity=Severity.ERROR if seen else Severity.WARNING,
        observed=bool(seen) and (line is None or _number(line) >= FEW),
    )


def _count(proxy: Proxy | None, line: Value[str] | None) -> str:
    if proxy is None:
        return "too few files or"
    return line.value if line else "512"


def _seen(setup: Setup) -> tuple[Place, ...]:
    logged = tuple(line.at for line, _ in setup.said(WORDS, Speaker.NGINX))
    return logged or tuple(failure.at for failure in setup.failed(FailureKind.TOO_MANY_FILES))


def _number(line: Value[str]) -> int:
    return int(line.value) if line.value.isdigit() else FEW


CAUSE = Cause(
    slug="worker-connections-exhausted",
    title="nginx has connections left",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.UNAVAILABLE, Symptom.BAD_GATEWAY, Symptom.TIMEOUT),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
)
