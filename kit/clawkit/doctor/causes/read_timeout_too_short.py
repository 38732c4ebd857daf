"""The proxy gives up sooner than an answer comes, or than the WebSocket is silent.

OpenClaw sends no heartbeat on its API until the model speaks (75 s seen), and a ping every 25 s on the WebSocket.
"""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.fronts import fronts
from clawkit.doctor.links import Link
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import CONTROLLER, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.spelling import WAIT
from clawkit.doctor.visit import api_links, page_links
from clawkit.doctor.witness import answers, failures

NGINX_DEFAULT = 60.0
PING = 25.0
LONG_ANSWER = 180.0
"""Below it the gateway's own word on a failing model (65 to 150 s) is hidden behind a 504."""


HAPROXY = r"\d+/\d+/\d+/-1/(?P<ms>\d+) 504 \d+ .* s[Hh]-- .*\"[A-Z]+ (?:https?://[^/ ]+)?(?P<path>/\S*)"


CUT_OFF = r'"POST /v1/\S+ HTTP/[\d.]+" 504 \d+ '
"""An access log without times: the API's answers alone take that long."""


def judge(setup: Setup) -> Finding | None:
    if not setup.proxies:
        return _from_log(setup)
    limits = [(limit, link, line) for link in _ways(setup) for limit, line in [_limit(link)] if limit is not None]
    short = [entry for entry in limits if entry[0] <= LONG_ANSWER]
    if not short:
        return None
    limit, link, line = min(short, key=lambda entry: entry[0])
    seen = _seen(setup, limit)
    idle = limit <= PING and link in (*page_links(setup), *fronts(setup)) and not _header_only(link, line)
    if not seen and not idle and not _long_answers(setup, link, line):
        return None
    return Finding(
        summary=f"{link.proxy.kind.value} waits {limit:g} s for the gateway ("
        + (str(line.at) if line else "its default, as nothing sets proxy_read_timeout")
        + "), "
        + (f"the WebSocket is silent for up to {PING:g} s" if idle else "a model's answer may take minutes"),
        fix=Fix(_line(link), reload(link.proxy)),
        evidence=at(*([line.at] if line else [link.route.at]), *seen[:2]),
        severity=Severity.ERROR if seen or idle else Severity.WARNING,
        observed=bool(seen) and not idle,
    )


def _by_haproxy(setup: Setup) -> Finding | None:
    """HAProxy's own line: the request went out, no header came back (-1), `timeout server` ended it (sH)."""
    for line, match in setup.said(HAPROXY):
        if match["path"].startswith("/v1/"):
            return Finding(
                summary=f"HAProxy gave up on {match['path']} after {int(match['ms']) // 1000} s (timeout server): a "
                "model's answer takes longer",
                fix=Fix("timeout server 1h, timeout client 1h and timeout tunnel 24h for this backend and frontend",
                        "systemctl reload haproxy"),
                evidence=at(line.at),
                observed=True,
            )  # fmt: skip
    return None


def _from_log(setup: Setup) -> Finding | None:
    """Without a configuration: an API call that was cut while the page answers is a time-out, not a hung gateway."""
    cut = [failure for failure in setup.failed(FailureKind.READ_TIMEOUT) if failure.path.startswith("/v1/")]
    if not cut:
        return _by_haproxy(setup)
    return Finding(
        summary=f"the proxy gave up waiting for the answer to {cut[0].path}: its read time-out is shorter than a "
        "model's answer takes",
        fix=Fix("nginx: proxy_read_timeout 3600s; proxy_send_timeout 3600s; Caddy: no read_timeout, "
                "response_header_timeout 10m", "nginx -T | grep -n timeout"),
        evidence=at(*(failure.at for failure in cut[:2])),
        observed=True,
    )  # fmt: skip


def _ways(setup: Setup) -> tuple[Link, ...]:
    return page_links(setup) + api_links(setup) + fronts(setup)


def _limit(link: Link) -> tuple[float | None, Value[float] | None]:
    times = link.route.timeouts
    if link.proxy.kind is ProxyKind.NGINX:
        return (times.read.value, times.read) if times.read else (NGINX_DEFAULT, None)
    set_ones = [value for value in (times.read, times.header) if value is not None and value.value > 0]
    shortest = min(set_ones, key=lambda value: value.value, default=None)
    return (shortest.value, shortest) if shortest else (None, None)


def _header_only(link: Link, line: Value[float] | None) -> bool:
    """Caddy's response_header_timeout ends with the 101."""
    return line is not None and line is link.route.timeouts.header


def _long_answers(setup: Setup, link: Link, line: Value[float] | None) -> bool:
    """The API is served here, or somebody made the limit shorter than nginx does by itself."""
    api = link.gateway.chat_api if link.gateway else None
    if api is not None:
        return api.value
    if link.gateway is not None and link.gateway.has_config:
        return line is not None and line.value <= NGINX_DEFAULT
    own = any(route.match.path.startswith("/v1") for route in link.site.routes)
    asked = any(True for _ in setup.said(r"(GET|POST) /v1/(chat|responses|models)", Speaker.ACCESS))
    return own or asked or (line is not None and line.value <= NGINX_DEFAULT)


def _seen(setup: Setup, limit: float) -> tuple[Place, ...]:
    cut = tuple(failure.at for failure in failures(setup, FailureKind.READ_TIMEOUT))
    slow = tuple(each.at for each in answers(setup, 504) if each.elapsed is None or each.elapsed >= limit - 1)
    told = tuple(line.at for line, _ in setup.said(CUT_OFF, Speaker.ACCESS))
    return cut + slow + told


def _line(link: Link) -> str:
    if CONTROLLER in link.proxy.options:
        own = link.proxy.options[CONTROLLER].value
        return f'annotations {own}/proxy-read-timeout: "3600" and {own}/proxy-send-timeout: "3600"'
    if link.proxy.kind is ProxyKind.NGINX:
        return f"proxy_read_timeout 3600s; proxy_send_timeout 3600s; in the location at {link.route.at}"
    waiting = "transport http { response_header_timeout 10m } and no read_timeout, or leave both out: Caddy then waits"
    return WAIT.get(link.proxy.kind, waiting)


CAUSE = Cause(
    slug="read-timeout-too-short",
    title="the proxy waits as long as an answer takes",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.GATEWAY_TIMEOUT, Symptom.CUT, Symptom.WS_CUT),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
)
