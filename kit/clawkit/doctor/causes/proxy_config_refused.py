"""HAProxy, Apache, Envoy or Traefik refuses its configuration: it does not start, or goes on with the old one."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import ours
from clawkit.doctor.reload import reload

KINDS = (ProxyKind.HAPROXY, ProxyKind.APACHE, ProxyKind.ENVOY)
WORDS = (
    r"\[ALERT\].*?: *config *: (?P<haproxy>(?!Error\(s\) found|Fatal errors found|.*(?:"
    r"could not resolve address|Failed to initialize server|cannot bind|unable to (?:load|stat) |"
    r"No Private Key found)).+)|"
    r"(?P<apache>AH\d+: Syntax error on line \d+ of \S+?:?)$|(?P<word>Invalid command '\w+'.*)|"
    r"error initializing (?:network )?configuration '[^']*': (?P<envoy>.+)|"
    r"command traefik error: (?P<traefik>.+)"
)
PROOF = {
    "haproxy": "haproxy -c -f /etc/haproxy/haproxy.cfg", "apache": "apachectl configtest",
    "word": "apachectl configtest", "envoy": "envoy --mode validate -c /etc/envoy/envoy.yaml",
    "traefik": "docker compose logs traefik",
}  # fmt: skip
NAMES = {"word": "Apache", "haproxy": "HAProxy"}


def judge(setup: Setup) -> Finding | None:
    for kind in KINDS:
        for proxy in ours(setup, kind):
            for problem in proxy.problems:
                if problem.fatal:
                    return Finding(
                        summary=f"{kind.value} refuses its configuration: {problem.message} in {problem.at}",
                        fix=Fix(f"mend that line; {PROOF[kind.value]} says whether it is well", reload(proxy)),
                        evidence=at(problem.at),
                    )
    said = last_words(setup, WORDS, Speaker.PROXY)
    if said is None:
        return None
    line, match = said
    name, words = next((name, words) for name, words in match.groupdict().items() if words)
    return Finding(
        summary=f"{NAMES.get(name, name.capitalize())} refuses its configuration: {words.strip()}",
        fix=Fix(f"mend what it names; {PROOF[name]} says whether it is well", PROOF[name]),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="proxy-config-refused",
    title="HAProxy, Apache, Envoy or Traefik accepts its configuration",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"proxy-not-running", "upstream-wrong-port", "site-name-not-matched", "page-not-proxied"}),
)
