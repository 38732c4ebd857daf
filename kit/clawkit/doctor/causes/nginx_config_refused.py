"""nginx refuses its configuration, so it does not start, or goes on with the old one."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import ours
from clawkit.doctor.reload import reload

OTHERS = ("unknown-variable", "no-certificate")
"""Kinds that have a cause of their own."""
SINCE = {
    "http2": (1, 25, 1),
    "http3": (1, 25, 0),
    "ssl_reject_handshake": (1, 19, 4),
    "ssl_conf_command": (1, 19, 4),
    "proxy_cookie_flags": (1, 19, 3),
}
"""From nginx's changes; guides for today's nginx meet older images."""
RESOLVE = (1, 27, 3)
WORDS = (
    r"\[emerg\](?!.*(?:host not found in upstream|bind\(\)|cannot load certificate|still could not bind|"
    r'unknown "\w+" variable|no resolver defined)) (?:\d+#\d+: )?(.+)'
)


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, WORDS, Speaker.NGINX)
    for proxy in ours(setup, ProxyKind.NGINX):
        for problem in proxy.problems:
            if problem.fatal and problem.kind not in OTHERS:
                places = [problem.at, *([said[0].at] if said else [])]
                return _finding(f"nginx refuses its configuration: {problem.message} in {problem.at}", proxy, *places)
        older = _newer_than(proxy)
        if older is not None:
            return _finding(f"nginx refuses its configuration: {older[1]}", proxy, older[0].at)
        early = _resolves_too_early(proxy)
        if early is not None:
            words = f'invalid parameter "resolve" in {early} (since {_dotted(RESOLVE)}'
            words += f", this is {_dotted(proxy.version or ())})"
            return _finding(f"nginx refuses its configuration: {words}", proxy, early)
    if said is None:
        return None
    line, match = said
    named = next((group for group in match.groups() if group), "")
    return _finding(f"nginx refuses its configuration: {named.strip()}", None, line.at)


def _newer_than(proxy: Proxy) -> tuple[Value[str], str] | None:
    """A directive that this nginx does not know yet. Of a tag like 1.25 the last one of that line is meant."""
    version = proxy.version
    for site in proxy.sites if version else ():
        for name, since in SINCE.items():
            line = site.settings.get(name)
            if version and line is not None and version < since[: len(version)]:
                known = ".".join(map(str, since))
                return line, f'unknown directive "{name}" in {line.at} (since {known}, this is {_dotted(version)})'
    return None


def _resolves_too_early(proxy: Proxy) -> Place | None:
    """`server … resolve` in an upstream block, which was NGINX Plus's alone before."""
    if not proxy.version or proxy.version >= RESOLVE[: len(proxy.version)]:
        return None
    routes = (route for site in proxy.sites for route in site.routes if route.upstream)
    targets = (target for route in routes for target in (route.upstream.targets if route.upstream else ()))
    return next((target.at for target in targets if target.resolve), None)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _finding(summary: str, proxy: Proxy | None, *places: Place) -> Finding:
    return Finding(
        summary=summary,
        fix=Fix("mend that line; nginx -t says whether it is well", reload(proxy) if proxy else "docker compose up -d"),
        evidence=at(*places),
    )


CAUSE = Cause(
    slug="nginx-config-refused",
    title="nginx accepts its configuration",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"proxy-not-running", "upstream-wrong-port", "site-name-not-matched", "page-not-proxied"}),
)
