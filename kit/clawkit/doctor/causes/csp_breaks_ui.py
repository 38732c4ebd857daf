"""A Content-Security-Policy of the proxy's own holds beside OpenClaw's, and forbids what the UI needs."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import page_links

HEADER = "content-security-policy"
SCRIPTS = ("script-src-elem", "script-src", "default-src")
CONNECTS = ("connect-src", "default-src")
OPEN = ("'self'", "*", "https:")
SOCKETS = ("'self'", "*", "wss:", "ws:")
"""A scheme stands for itself and its secure form alone: https: lets no wss: through (CSP 3, scheme-part match)."""

_POLICY = r"Content[- ]Security[- ]Policy"
BLOCKED = tuple(re.compile(rule, re.IGNORECASE) for rule in (
    rf"Refused to (?:connect|load)[^'\"]+.(?P<url>(?:(?:ws|http)s?:/)?/[^'\"]+)['\"] because it violates .*{_POLICY}",
    rf"(?:Connecting to|Loading the script) ['\"](?P<url>(?:wss?|https?)://[^'\"]+)['\"] violates .*{_POLICY}",
    rf"{_POLICY}: The page.s settings blocked .*\((?:connect|script)-src\S*\) at (?P<url>(?:ws|http)s?://\S+)",
))  # fmt: skip
"""Chromium's words, then and now, and Firefox's."""


def judge(setup: Setup) -> Finding | None:
    return _written(setup) or _blocked(setup)


def _blocked(setup: Setup) -> Finding | None:
    """A browser's word that a policy kept it from the WebSocket or from a script of the page itself. OpenClaw's own
    policy allows both, so another one holds beside it."""
    own = {name.value.lower() for _, site in sites(setup) for name in site.names}
    for line in setup.logs:
        said = next((found for rule in BLOCKED if (found := rule.search(line.text))), None)
        host = urlsplit(said["url"]).hostname or "" if said else ""
        if said and (not own or host in own or said["url"].startswith("/")):
            return Finding(
                summary=f"a Content-Security-Policy beside OpenClaw's own forbids the browser {said['url']}",
                fix=Fix("take the header out of the proxy, the CDN or the login in front: OpenClaw sends a policy that "
                        "fits its UI", f"curl -sSI https://{host or 'YOUR-DOMAIN'}/ | grep -i content-security"),
                evidence=at(line.at),
            )  # fmt: skip
    return None


def _written(setup: Setup) -> Finding | None:
    for link in page_links(setup):
        for name, value in link.route.headers_down:
            if name != HEADER or not value.value:
                continue
            broken = _broken(value.value, [site.value for site in link.site.names])
            if broken is None:
                continue
            severity, what = broken
            return Finding(
                summary=f"the Content-Security-Policy at {value.at} holds beside OpenClaw's own and {what}",
                fix=Fix(f"take {value.at} out: OpenClaw sends a policy that fits its UI", reload(link.proxy)),
                evidence=at(value.at, link.route.at),
                severity=severity,
            )
    return None


def _broken(policy: str, names: list[str]) -> tuple[Severity, str] | None:
    rules = {words[0].lower(): words[1:] for part in policy.strip("\"'").split(";") if (words := part.split())}
    scripts, connects = _first(rules, SCRIPTS), _first(rules, CONNECTS)
    if scripts is not None and not _allows(scripts, (*OPEN, *names)):
        return Severity.ERROR, "forbids the UI's scripts: the page stays blank"
    if connects is not None and not _allows(connects, (*SOCKETS, *names)):
        return Severity.ERROR, "forbids the WebSocket (connect-src): the UI never connects"
    inline = ("'unsafe-inline'", "'nonce", "'sha256", "'sha384", "'strict-dynamic'")
    if scripts is not None and not any(word.startswith(inline) for word in scripts):
        return Severity.WARNING, "forbids the inline scripts of the UI's page"
    return None


def _first(rules: dict[str, list[str]], names: tuple[str, ...]) -> list[str] | None:
    return next((rules[name] for name in names if name in rules), None)


def _allows(words: list[str], good: tuple[str, ...]) -> bool:
    """A host counts with and without its scheme."""
    bare = {word.lower().split("://")[-1].split(":443")[0] for word in words} | {word.lower() for word in words}
    return bool(bare & {entry.lower() for entry in good}) or any("$" in word or "{" in word for word in words)


CAUSE = Cause(
    slug="csp-breaks-ui",
    title="no policy of the proxy's forbids what the UI needs",
    layer=Layer.PROXY,
    hop=Hop.CLIENT,
    symptoms=(Symptom.BLANK, Symptom.WS_CUT),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
)
