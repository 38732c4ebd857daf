"""proxy_pass holds a variable, and nginx was told no name server: it looks such names up while it runs."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.links import Link, Reach, links
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup

WORDS = r"no resolver defined to resolve (?P<name>[\w.-]+)"


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, WORDS, Speaker.NGINX)
    if said is not None:
        return _finding(said[1]["name"], said[0].at)
    link = next((link for link in links(setup) if _looked_up(link)), None)
    return _finding(link.target.host, link.upstream.at) if link is not None else None


def _looked_up(link: Link) -> bool:
    """By nginx at each request: an upstream block of that name, or an address, needs no name server."""
    own = link.proxy.kind is ProxyKind.NGINX and link.proxy.complete and link.proxy.resolver is None
    named = link.reach in (Reach.NAME, Reach.SERVICE, Reach.HOST_ALIAS) and not link.target.variable
    return own and named and link.upstream.by_variable and link.upstream.name is None


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
