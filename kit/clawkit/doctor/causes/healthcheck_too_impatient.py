"""The compose health check gives a good gateway up: too early, with a missing tool, or at the wrong port."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import engine_words, last_words
from clawkit.doctor.links import OURS
from clawkit.doctor.model.compose import Healthcheck, Service
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import gateway_services, gateways

COLD = 20.0
"""Seconds from an empty state directory to a ready gateway: 12 to 17 measured, more on small machines."""
PATIENT = 60.0
TOOL = re.compile(
    r'(\w+): (?:command )?not found|exec: \\?"(\w+)\\?": executable file not found|no such file.*\b(curl|wget)\b'
)
OFFICIAL = re.compile(r"^(?:ghcr\.io/|docker\.io/)?openclaw/openclaw(?::(?P<tag>[\w.-]+))?(?:@.*)?$")
RECENT = re.compile(r"20(?:26\.(?:[89]|1\d)|2[7-9]|[3-9]\d)")
URL = re.compile(r"(?P<scheme>https?)://(?:localhost|127\.0\.0\.1|0\.0\.0\.0):\d+(?P<path>/[\w./-]*)?")
MINDS_STATUS = re.compile(r"\bcurl\b.*\s(?:-\w*f\w*|--fail)\b|\bwget\b|\.ok\b")
NOWHERE = re.compile(r"/(?:api|v1)/|/health(?:z|check)?/$|/(?:healthz?|readyz?|startupz?)/.|/[\w/-]+\.\w+$")
"""OpenClaw answers 404 below these; any other path without an extension gets its page."""
HEALED = r"Container /?(?P<name>\S+) .*found to be unhealthy - Restarting"
AGAIN = 2
UNHEALTHY = r"dependency failed to start: container (\S+) is unhealthy|container for service \"(\S+)\" is unhealthy"


def judge(setup: Setup) -> Finding | None:
    said = engine_words(setup, UNHEALTHY)
    ill = [one.at for one in gateways(setup) if one.health == "unhealthy"]
    seen = [*([said[0]] if said else []), *ill[:1]]
    for service in gateway_services(setup):
        waiting = [one.name for one in setup.services()
                   if service.name in one.depends_on
                   and one.depends_on[service.name].value == "service_healthy"]  # fmt: skip
        why = _why(setup, service, service.healthcheck, bool(seen)) if service.healthcheck else ""
        routed = any(name.lower().startswith("traefik.http.") for name in service.labels)
        if service.healthcheck and why and (waiting or seen or routed):
            held = f", so {waiting[0]} is never started" if waiting else ", so Traefik leaves it out" if routed else ""
            severity = Severity.ERROR if seen or why.startswith(("asks ", "calls")) else Severity.WARNING
            return _finding(f"the health check of {service.name} {why}{held}", severity, service.healthcheck.at, *seen)
    tool = _tool(setup)
    if tool and seen:
        return _finding(f"the health check calls {tool}, which the image lacks", Severity.ERROR, *seen)
    return (_late(setup, said[0]) if said else None) or _restarted(setup)


def _restarted(setup: Setup) -> Finding | None:
    """autoheal and its kin start anew what is not well in time."""
    told = [line.at for line, match in setup.said(HEALED) if OURS.search(match["name"])]
    over = last_words(setup, HEALED, Speaker.GATEWAY) is None
    if len(told) < (AGAIN + 1 if over else AGAIN):
        return None
    words = f"autoheal has started the gateway anew {len(told)} times for unhealthy: its health check gives up before "
    return _finding(f"{words}the gateway is ready, or asks the wrong thing", Severity.ERROR, told[-1])


def _late(setup: Setup, given_up: Place) -> Finding | None:
    """Nobody gave the check itself, and the gateway says that it did get ready."""
    ready = [line.at for line, _ in setup.said(r"\[gateway\] ready\b", Speaker.GATEWAY)]
    if not ready:
        return None
    words = (
        "Compose gave the gateway up for unhealthy, and it did get ready: the health check is too impatient or asks "
    )
    return _finding(
        f"{words}the wrong thing, and what waits for it is never started", Severity.ERROR, given_up, ready[-1]
    )


def _why(setup: Setup, service: Service, check: Healthcheck, failed: bool) -> str:
    if check.disabled:
        return ""
    tool = _tool(setup) or _lacking(service, check)
    if tool:
        return f"calls {tool}, which the image lacks"
    inside = next((gateway.effective_port for gateway in setup.gateways if gateway.service == service.name), None)
    asked = re.search(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d+)", " ".join(check.test))
    if asked and inside and int(asked[1]) != inside:
        return f"asks port {asked[1]}, and the gateway listens on {inside}"
    wrong = _wrong_url(setup, service, " ".join(check.test))
    if wrong:
        return wrong
    interval = 30.0 if check.interval is None else check.interval
    retries = 3 if check.retries is None else check.retries
    patience = (check.start_period or 0.0) + interval * retries
    if patience < (PATIENT if failed else COLD):
        counted = f"start_period {check.start_period or 0:.0f} s, {retries} times {interval:.0f} s"
        return f"gives up after {patience:.0f} s ({counted}), and a first start takes longer"
    return ""


def _wrong_url(setup: Setup, service: Service, words: str) -> str:
    """For a test that fails on 404 and on a broken handshake, as all of these do."""
    asked = URL.search(words) if MINDS_STATUS.search(words) else None
    if asked is None:
        return ""
    gateway = next((one for one in setup.gateways if one.service == service.name and one.has_config), None)
    tls = bool(gateway and gateway.tls and gateway.tls.value)
    if gateway is not None and (asked["scheme"] == "https") != tls:
        return f"asks {asked[0]}, and the gateway speaks {'https' if tls else 'plain http'}"
    if NOWHERE.match(asked["path"] or "/"):
        return f"asks {asked['path']}, where OpenClaw answers 404 (its own path is /healthz)"
    return ""


def _tool(setup: Setup) -> str:
    for container in gateways(setup):
        for output in container.health_log:
            found = TOOL.search(output)
            if found:
                return next(group for group in found.groups() if group)
    return ""


def _lacking(service: Service, check: Healthcheck) -> str:
    """The official image has curl and no wget since it is built on a slim base; older ones are not known."""
    found = OFFICIAL.match(service.image.value) if service.image else None
    old = found is not None and found["tag"] and found["tag"][:4].isdigit() and not RECENT.match(found["tag"])
    words = " ".join(check.test)
    return "wget" if found is not None and not old and re.search(r"(?:^|\s|/)wget\b", words) else ""


def _finding(words: str, severity: Severity, *places: Place) -> Finding:
    return Finding(
        summary=words,
        fix=Fix("healthcheck: test: [CMD, node, -e, \"fetch('http://127.0.0.1:18789/healthz').then(r=>process.exit(r.ok?0:1),"
                "()=>process.exit(1))\"], interval: 10s, retries: 5, start_period: 300s", "docker compose up -d"),
        evidence=at(*places),
        severity=severity,
    )  # fmt: skip


CAUSE = Cause(
    slug="healthcheck-too-impatient",
    title="the health check waits for a cold start",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.COMPOSE, Part.CONTAINERS, Part.LOGS),
    judge=judge,
    explains=frozenset({"proxy-not-running"}),
)
