"""proxy_pass holds a variable, and nginx was told no name server: it looks such names up while it runs."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.links import Link, Reach, links, proxy_service
from clawkit.doctor.model.bind import covered
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r'no resolver defined to resolve names at run time in upstream "(?P<block>[^"]+)"|'
    r"no resolver defined to resolve (?P<name>[\w.-]+)"
)
"""At a request; and at the start (nginx 1.27.3 and later) of an upstream block with `server … resolve`."""
OFFICIAL = re.compile(r"^(?:docker\.io/)?(?:library/)?nginx(?:[:@]|$)|nginxinc/nginx-unprivileged")
MAIN = "/etc/nginx/nginx.conf"


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, WORDS, Speaker.NGINX)
    if said is not None and said[1]["name"]:
        return _finding(said[1]["name"], said[0].at)
    link = next((link for link in links(setup) if _looked_up(setup, link)), None)
    if said is not None or (link is not None and link.target.resolve):
        block = said[1]["block"] if said is not None else link.upstream.name if link is not None else ""
        return _at_start(block or "", *([link.target.at] if link else []), *([said[0].at] if said else []))
    return _finding(link.target.host, link.upstream.at) if link is not None else None


def _looked_up(setup: Setup, link: Link) -> bool:
    """By nginx at each request: an upstream block of that name, or an address, needs no name server."""
    own = link.proxy.kind is ProxyKind.NGINX and _complete(setup, link) and link.proxy.resolver is None
    named = link.reach in (Reach.NAME, Reach.SERVICE, Reach.HOST_ALIAS) and not link.target.variable
    again = link.target.resolve and "resolver" not in link.upstream.settings
    return own and named and link.upstream.by_variable and (link.upstream.name is None or again)


def _complete(setup: Setup, link: Link) -> bool:
    """The main file was given, or is the official image's own, which names no resolver."""
    own = proxy_service(setup, link.proxy)
    stock = own is not None and own.image is not None and OFFICIAL.search(own.image.value) and own.built is None
    return link.proxy.complete or bool(own and stock and not link.proxy.missing and not covered(own, MAIN))


def _at_start(block: str, *places: Place) -> Finding:
    return Finding(
        summary=f"nginx does not start: the upstream block {block} wants its server looked up while nginx runs "
        "(resolve), and no resolver is named",
        fix=Fix("in Docker: resolver 127.0.0.11 valid=10s; in http or in that block", "nginx -t"),
        evidence=at(*places),
        symptoms=(Symptom.REFUSED, Symptom.RESTARTING),
    )


def _finding(name: str, place: Place) -> Finding:
    return Finding(
        summary=f"nginx has no resolver to look up {name}: a name in a variable is looked up at each request, "
        "and nginx does not read /etc/resolv.conf",
        fix=Fix(
            "in Docker: resolver 127.0.0.11 valid=10s; beside server_name. On the host: http://127.0.0.1:18789 "
            "without a variable",
            "nginx -T | grep -nE 'resolver|proxy_pass'",
        ),
        evidence=at(place),
    )


CAUSE = Cause(
    slug="nginx-resolver-missing",
    title="nginx has a resolver for the names in its variables",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.LOGS, Part.PROXY),
    judge=judge,
    explains=frozenset({"upstream-name-unknown", "upstream-wrong-port"}),
)
