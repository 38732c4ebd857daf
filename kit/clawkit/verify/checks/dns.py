"""The name that people type leads here: it has addresses, and this gateway answers at each of them.

Never failed for want of an address: a name may be known to the clients' network alone. What a router shows to its own
network in place of this host (no hairpin NAT) looks like a wrong record, so a strange answer is a warning too, and so
is what /etc/hosts says to this host alone (Debian's 127.0.1.1).
"""

from __future__ import annotations

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.reach import cdn
from clawkit.reach.facts import Cause
from clawkit.verify import names
from clawkit.verify.names import Answer, Lookup, Name
from clawkit.verify.scene import Scene

EXPLAIN_ELSEWHERE = f"clawkit explain {Cause.DNS_POINTS_ELSEWHERE}"
WITHOUT = {
    Name.LOCALHOST: "needs no DNS: only programs on this host can use this name",
    Name.ADDRESS: "is an address and needs no DNS",
}


def gather(scene: Scene) -> Lookup:
    return names.look(scene)


def judge(facts: Lookup) -> Verdict:
    if facts.name in WITHOUT:
        return ok(f"{facts.domain} {WITHOUT[facts.name]}", name=facts.name.value)
    if not facts.answers:
        return _nowhere(facts)
    shown = ", ".join(answer.address for answer in facts.answers)
    here = [answer for answer in facts.answers if answer.live and answer.same]
    strange = [answer for answer in facts.answers if answer not in here]
    if not facts.serves:
        return warning(f"{facts.domain} is {shown}; whether that is this stack cannot be told while it does not answer",
                       "clawkit status", addresses=shown)  # fmt: skip
    if not here and facts.name is Name.PUBLIC and all(answer.own for answer in strange):
        return failed(f"{facts.domain} is {shown}, an address of this host where the stack does not answer: "
                      f"{_told(strange[0])}", EXPLAIN_ELSEWHERE, addresses=shown)  # fmt: skip
    if strange:
        return _elsewhere(facts, strange[0], shown)
    return ok(f"{facts.domain} is {shown}, where this stack answers", name=facts.name.value, addresses=shown)


def _nowhere(facts: Lookup) -> Verdict:
    fix = f"clawkit explain {Cause.DNS_RECORD_MISSING}"
    if facts.failure:
        return warning(f"{facts.domain} could not be looked up: {facts.failure}", f"dig +short {facts.domain}")
    if facts.name is Name.INTERNAL:
        return warning(f"{facts.domain} is an internal name that this host cannot resolve: each client needs it in "
                       "its DNS or hosts file", fix)  # fmt: skip
    return warning(f"{facts.domain} has no address in the DNS", fix)


def _elsewhere(facts: Lookup, answer: Answer, shown: str) -> Verdict:
    network, where = cdn.named(answer.facts), f"{facts.domain} is {answer.address}"
    if network:
        return warning(f"{where}, which is {network}: it ends TLS itself, and the gateway sees its addresses",
                       f"clawkit explain {Cause.CDN_IN_FRONT}", addresses=shown, network=network)  # fmt: skip
    if answer.live:
        return warning(f"{where}, where an OpenClaw answers with another certificate",
                       EXPLAIN_ELSEWHERE, addresses=shown)  # fmt: skip
    return warning(f"{where}, where this stack does not answer as seen from here: {_told(answer)}",
                   EXPLAIN_ELSEWHERE, addresses=shown)  # fmt: skip


def _told(answer: Answer) -> str:
    seen = answer.facts
    return str(seen.failure) if seen.failure else f"{seen.status} {seen.content_type}".rstrip()


CHECK = Check("dns", "the name leads here", Group.REACHABILITY, gather, judge)
