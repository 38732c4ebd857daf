"""Traefik leaves OpenClaw's router out: it names an entry point, a middleware or a service that does not exist."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.links import OURS, links
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Problem
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

SAID = (
    r"EntryPoint doesn't exist|error while (?:parsing rule [^:]+|adding rule \w+: [^\"]+)|"
    r"middleware \\?\"[^\"]+\" does not exist|"
    r"the service \\?\"[^\"]+\" does not exist|"
    r"has HostSNI matcher, but no TLS on router|"
    r"invalid middleware \\?\"[^\"]+\" configuration|cannot be linked automatically with multiple Services"
)
RULES = r"error while (?:parsing|adding) rule"
UNREAD = (
    r"(?P<file>/[\w./-]+\.(?:ya?ml|toml))(?:\\?\")?: (?P<why>(?:yaml|toml): [^\"]+|field not found, node: \w+|"
    r"[^\":]*(?:unmarshal|expected)[^\"]*)"
)
FIXES = {
    "unknown-entrypoint": "name one of Traefik's own entry points",
    "redirected-entrypoint": "name the entry point to which it redirects (websecure), with tls",
    "undefined-middleware": "define that middleware, or take it off the router",
    "undefined-service": "name the service that the labels define",
    "rule-of-v2": "Host(`a`) || Host(`b`) in place of Host(`a`, `b`); or --core.defaultRuleSyntax=v2",
    "rule-syntax": "backticks around the name in the rule",
    "sni-without-tls": "tls=true at that TCP router; an HTTP router serves OpenClaw better, it sends X-Forwarded-For",
    "ambiguous-service": "name one service of them: traefik.http.routers.NAME.service",
}
"""What Traefik logs as an error of the router, which it then does not serve (pkg/server/router)."""


def judge(setup: Setup) -> Finding | None:
    for proxy in setup.proxies:
        for problem in proxy.problems if proxy.kind is ProxyKind.TRAEFIK else ():
            if problem.kind in FIXES and _ours(setup, problem) and not _elsewhere(setup, proxy, problem):
                return Finding(
                    summary=f"Traefik does not serve OpenClaw's router ({problem.at}): {problem.message}",
                    fix=Fix(FIXES[problem.kind], reload(proxy)),
                    evidence=at(problem.at),
                )
    return _from_log(setup) or _unread(setup)


def _from_log(setup: Setup) -> Finding | None:
    """Where nobody gave Traefik's own settings, its word about a router alone does."""
    known = any(proxy.kind is ProxyKind.TRAEFIK and proxy.service and proxy.options for proxy in setup.proxies)
    pattern = RULES if known else SAID
    lines = [line for line, _ in setup.said(pattern, Speaker.PROXY, Speaker.UNKNOWN, Speaker.DOCKER)]
    ours = [line for line in lines if OURS.search(line.text)]
    one = next(iter(ours), None) or (lines[0] if len({_router(line.text) for line in lines}) == 1 else None)
    if one is None:
        return None
    return Finding(
        summary=f"Traefik does not serve the router {_router(one.text) or 'of OpenClaw'}: {_words(one.text)}",
        fix=Fix("name what Traefik's own configuration defines, or define what is missing",
                "docker compose logs traefik | grep -i routerName"),
        evidence=at(one.at),
        observed=True,
    )  # fmt: skip


def _unread(setup: Setup) -> Finding | None:
    """A file of the file provider that Traefik cannot read: it goes on without the routers in it."""
    found = last_words(setup, UNREAD, Speaker.PROXY, Speaker.DOCKER)
    if found is None:
        return None
    line, match = found
    return Finding(
        summary=f"Traefik cannot read {match['file']}, so it serves no router of it: {match['why'].strip()}",
        fix=Fix(f"mend that line of {match['file']} (spaces, no tabs; names as Traefik's manual spells them)",
                "docker compose logs traefik | grep -i providerName=file"),
        evidence=at(line.at),
        observed=True,
    )  # fmt: skip


def _router(text: str) -> str:
    found = re.search(r"routerName=\"?([\w.@-]+)", text)
    return found[1] if found else ""


def _words(text: str) -> str:
    found = re.search(SAID, text, re.IGNORECASE)
    return found[0].replace('\\"', '"') if found else text


def _ours(setup: Setup, problem: Problem) -> bool:
    """It stands in the labels of the gateway's container, or in a line that names OpenClaw."""
    services = [setup.service(gateway.service) for gateway in setup.gateways if gateway.service]
    labels = [value.at for service in services if service is not None for value in service.labels.values()]
    return problem.at in labels or bool(OURS.search(f"{problem.at.text} {problem.message}"))


def _elsewhere(setup: Setup, proxy: Proxy, problem: Problem) -> bool:
    """Another router serves OpenClaw, Traefik itself runs where nobody looked, or the name is of a provider of which no
    file was given."""
    if problem.kind == "redirected-entrypoint" and any(link.proxy is proxy for link in links(setup)):
        return True
    provider = problem.message.partition("@")[2].split('"')[0]
    if proxy.service is None or not proxy.options:
        return True
    composed = {name for project in setup.compose for name in project.files}
    configured = any(key.startswith(f"providers.{provider}.") for key in proxy.options)
    return provider not in ("", "docker") and configured and not set(proxy.files) - composed


CAUSE = Cause(
    slug="traefik-router-left-out",
    title="Traefik serves OpenClaw's router",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.NOT_FOUND,),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"page-not-proxied"}),
)
