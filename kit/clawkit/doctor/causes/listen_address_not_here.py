"""A program is to listen on an address that this machine or container does not have."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import engine_words, last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

OWN = (
    r"bind\(\) to (?P<nginx>\S+) failed \(99: |listen tcp[46]? (?P<caddy>\S+): bind: cannot assign requested address|"
    r"EADDRNOTAVAIL:? address not available (?P<gateway>[\w.:\[\]]+)|"
    r"socket\(\) (?P<family>\S+) failed \(97: Address family not supported"
)
ENGINE = r"(?:failed to bind host port(?: for)?|listen tcp[46]?) (?P<engine>\S+?)(?:/tcp)?: .*cannot assign requested"
NAMES = ("nginx", "caddy", "gateway", "family", "engine")


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, OWN, Speaker.NGINX, Speaker.CADDY, Speaker.GATEWAY)
    found = (said[0].at, said[1]) if said else engine_words(setup, ENGINE)
    if found is None:
        return None
    place, match = found
    groups = match.groupdict()
    address = next(groups[name] for name in NAMES if groups.get(name))
    if groups.get("family"):
        return _finding(f"{address} needs IPv6, which is switched off here, so nginx does not start",
                        f"take the listen line of {address} out, or switch IPv6 on", place)  # fmt: skip
    return _finding(f"nobody here has the address {address}, so what is to listen on it does not start",
                    "listen on all addresses (port alone), or name one that `ip addr` shows; one of a VPN or of "
                    "keepalived is there only while that runs", place)  # fmt: skip


def _finding(summary: str, fix: str, place: Place) -> Finding:
    return Finding(summary=summary, fix=Fix(fix, "ip -br addr"), evidence=at(place))


CAUSE = Cause(
    slug="listen-address-not-here",
    title="addresses to listen on are here",
    layer=Layer.HOST,
    hop=Hop.PORT,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING, Symptom.BAD_GATEWAY),
    looks_at=looks_at(Part.LOGS, Part.CONTAINERS),
    judge=judge,
    explains=frozenset({"proxy-not-running", "gateway-not-running", "nginx-config-refused", "caddyfile-refused"}),
)
