"""Apache lacks a module that its configuration needs: it does not start, or answers 500 to the WebSocket."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

MODULES = {
    "proxypass": "proxy proxy_http", "proxypassmatch": "proxy proxy_http", "proxypassreverse": "proxy proxy_http",
    "proxypreservehost": "proxy", "proxyrequests": "proxy", "requestheader": "headers", "header": "headers",
    "rewriteengine": "rewrite", "rewritecond": "rewrite", "rewriterule": "rewrite", "sslengine": "ssl",
    "balancermember": "proxy_balancer", "remoteipheader": "remoteip", "authtype": "auth_basic",
    "ws": "proxy_wstunnel", "wss": "proxy_wstunnel", "http": "proxy_http", "https": "proxy_http ssl",
    "balancer": "proxy_balancer lbmethod_byrequests", "h2c": "proxy_http2",
}  # fmt: skip
"""Directive, or scheme of the address, -> what a2enmod calls the module."""
WORDS = (
    r"No protocol handler was valid for the URL \S+ \(scheme '(\w+)'\)|"
    r"Invalid command '(\w+)', perhaps misspelled or defined by a module not included"
)


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, WORDS, Speaker.PROXY)
    if said is None:
        return None
    line, match = said
    named = next(group for group in match.groups() if group)
    modules = MODULES.get(named.lower())
    if modules is None:
        return None  # misspelt rather than missing
    scheme = match[1] is not None
    return Finding(
        summary=f"Apache has no module for {f'{named}:// addresses' if scheme else named} (mod_{modules.split()[-1]}): "
        + ("what is to go there gets 500" if scheme else "it refuses its configuration and does not start"),
        fix=Fix(f"a2enmod {modules} (Debian), or LoadModule in httpd.conf",
                f"a2enmod {modules} && systemctl restart apache2"),
        evidence=at(line.at),
    )  # fmt: skip


CAUSE = Cause(
    slug="apache-module-missing",
    title="Apache has the modules that its configuration needs",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING, Symptom.WS_CUT),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"proxy-not-running", "proxy-config-refused", "ws-upgrade-headers-missing"}),
)
