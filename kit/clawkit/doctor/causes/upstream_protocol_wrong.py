"""The proxy speaks a protocol to the gateway that is not HTTP/1."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import links
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

SPEAKS = ("http", "https", "unix", "", "tcp", "srv", "wss")
NAMES = {
    "h2c": "HTTP/2 without TLS",
    "fastcgi": "FastCGI",
    "grpc": "gRPC",
    "uwsgi": "uwsgi",
    "scgi": "SCGI",
    "ws": "ws://, which nginx does not know as a scheme",
}


PLAIN = "The plain HTTP request was sent to HTTPS port"
"""nginx's words on a port of TLS."""


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        newer = link.route.http_version
        if link.proxy.kind is ProxyKind.NGINX and newer is not None and newer.value in ("2", "2.0", "3"):
            return Finding(
                summary=f"{newer.at} speaks HTTP/{newer.value} to {link.target}; OpenClaw speaks HTTP/1.1",
                fix=Fix(f"proxy_http_version 1.1; at {newer.at}", reload(link.proxy)),
                evidence=at(newer.at, link.target.at),
            )
        versions = link.upstream.versions
        only_two = versions is not None and not {"1.1", "1"} & set(versions.value) and bool(versions.value)
        if link.target.scheme in SPEAKS and not only_two:
            continue
        spoken = (
            f"HTTP versions {', '.join(versions.value)}"
            if only_two and versions
            else NAMES.get(link.target.scheme, link.target.scheme)
        )
        return Finding(
            summary=f"{link.proxy.kind.value} speaks {spoken} to {link.target}; OpenClaw speaks HTTP/1.1",
            fix=Fix(f"plain http in {link.target.at}", reload(link.proxy)),
            evidence=at(link.target.at, *([versions.at] if only_two and versions else [])),
        )
    return _plain_to_tls(setup) or _unopened(setup)


def _unopened(setup: Setup) -> Finding | None:
    """The gateway gets the browser's TLS: by nginx' stream with ssl_preread, or a TCP router with passthrough."""
    for link in links(setup):
        preread = link.site.settings.get("ssl_preread") if link.site.stream else None
        tls = bool(link.gateway and link.gateway.tls and link.gateway.tls.value)
        own = link.gateway.effective_port if link.gateway else DEFAULT_PORT
        passed = preread is not None and preread.value == "on" and not link.site.serves_tls
        if preread is not None and passed and not tls and link.target.effective_port == own:
            return Finding(
                summary=f"the stream at {link.site.at} hands TLS on unopened to {link.target}, where OpenClaw speaks "
                "plain HTTP",
                fix=Fix("a server in http {} with the certificate, on a port of its own, and the stream's name to it",
                        reload(link.proxy)),
                evidence=at(preread.at, link.target.at),
            )  # fmt: skip
    for proxy in setup.proxies:
        for problem in proxy.problems:
            if problem.kind == "passthrough-to-plain":
                return Finding(
                    summary=f"Traefik's {problem.message}",
                    fix=Fix("an HTTP router with tls in place of the TCP router (it sends X-Forwarded-For as well), or "
                            "gateway.tls.enabled", reload(proxy)),
                    evidence=at(problem.at),
                )  # fmt: skip
    return None


def _plain_to_tls(setup: Setup) -> Finding | None:
    """Visitors come by https, and what is behind the proxy says that it was asked by plain http."""
    told = next((one.at for one in setup.exchanges if PLAIN in one.body and one.url.startswith("https:")), None)
    for link in links(setup) if told is not None else ():
        if told is not None and link.target.scheme == "http":
            return Finding(
                summary=f"{link.proxy.kind.value} speaks plain http to {link.target}, which wants TLS: all is 400",
                fix=Fix(f"https:// in {link.target.at} (with proxy_ssl_server_name on;), or the plain port behind it",
                        reload(link.proxy)),
                evidence=at(link.target.at, told),
                symptoms=(Symptom.BAD_REQUEST, Symptom.BAD_GATEWAY),
            )  # fmt: skip
    return None


CAUSE = Cause(
    slug="upstream-protocol-wrong",
    title="the proxy speaks HTTP/1.1 to the gateway",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY, Part.EXCHANGES),
    judge=judge,
    explains=frozenset({"upstream-wrong-port"}),
)
