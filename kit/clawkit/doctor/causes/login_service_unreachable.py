"""The proxy asks a login service before every page, and does not reach it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import in_container, proxy_service
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import may_meet_outside, meet
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import Visit, visits

LOST = (FailureKind.NO_HOST, FailureKind.REFUSED, FailureKind.UNREACHABLE, FailureKind.CONNECT_TIMEOUT)
UNANSWERED = r"auth request unexpected status: (50[0234]|404)"
BARE = re.compile(r"[a-z][\w-]*", re.IGNORECASE)


def judge(setup: Setup) -> Finding | None:
    for visit in visits(setup):
        line = visit.page.forward_auth if visit.page else None
        host = _host(visit, line) if line is not None else ""
        if line is None or not host:
            continue
        seen = [one.at for one in setup.failed(*LOST) if one.upstream.rsplit(":", 1)[0] == host]
        why = _why(setup, visit, host)
        if why or seen:
            return Finding(
                summary=f"{line.at} asks {host} before every page, {why or 'which does not answer'}: nobody gets in",
                fix=Fix(f"start {host} in a network of {visit.proxy.service or visit.proxy.kind.value}, or correct its "
                        f"name at {line.at}", reload(visit.proxy)),
                evidence=at(line.at, *seen[:1]),
            )  # fmt: skip
    return _heard(setup)


def _heard(setup: Setup) -> Finding | None:
    """nginx' own word that its question before the page was not answered as a login answers."""
    said = [(line.at, match[1]) for line, match in setup.said(UNANSWERED, Speaker.NGINX)]
    if not said:
        return None
    place, status = said[-1]
    asked = [one.at for one in setup.failed(*LOST) if 'subrequest: "' in one.at.text]
    return Finding(
        summary=f"the login service that nginx asks before every page (auth_request) answers {status}, or nothing: "
        "nobody gets in",
        fix=Fix(
            "start it, or correct where auth_request leads", "docker compose ps -a; nginx -T | grep -n auth_request"
        ),
        evidence=at(*asked[-1:], place),
        observed=True,
    )


def _host(visit: Visit, line: Value[str]) -> str:
    """Caddy and Traefik name it; nginx names a path of its own that leads there."""
    text = line.value.split()[0]
    if text.startswith("/"):
        route = visit.route(text)
        target = route.upstream.targets[0] if route and route.upstream and route.upstream.targets else None
        return target.host if target is not None and not target.variable else ""
    try:
        return urlsplit(text if "://" in text else f"http://{text}").hostname or ""
    except ValueError:
        return ""


def _why(setup: Setup, visit: Visit, host: str) -> str:
    """Certain only inside one project: a bare name that none of its services has, or one in another network."""
    own = proxy_service(setup, visit.proxy)
    if own is None or own.host_network or not in_container(visit.proxy) or may_meet_outside(setup, own):
        return ""
    if not BARE.fullmatch(host) or host.lower() in {name.lower() for name in own.extra_hosts}:
        return ""
    if host in ("localhost", "127.0.0.1"):
        return "which is its own container"
    named = _service(setup, host)
    if named is None:
        return "" if setup.container(host) is not None else "and nothing is called that"
    return "" if meet(setup, own, named) else "and they share no network"


def _service(setup: Setup, host: str) -> Service | None:
    return next((one for one in setup.services() if host.lower() in {name.lower() for name in one.names}), None)


CAUSE = Cause(
    slug="login-service-unreachable",
    title="the login service in front answers the proxy",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.FORBIDDEN, Symptom.UNAVAILABLE),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"login-blocks-websocket"}),
)
