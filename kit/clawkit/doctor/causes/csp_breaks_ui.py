"""A Content-Security-Policy of the proxy's own holds beside OpenClaw's, and forbids what the UI needs."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import page_links

HEADER = "content-security-policy"
SCRIPTS = ("script-src-elem", "script-src", "default-src")
CONNECTS = ("connect-src", "default-src")
OPEN = ("'self'", "*", "https:")


def judge(setup: Setup) -> Finding | None:
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
    if connects is not None and not _allows(connects, (*OPEN, "wss:", "ws:", *names)):
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
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
