"""Rules of iptables (`-S`, `iptables-save`) and nftables (`list ruleset`) in the order in which packets meet them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clawkit.doctor.model.host import Rule, Verdict
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.text import TextFile

APPENDED = re.compile(r"^-A (?P<chain>[\w-]+) (?P<rest>.*)$")
JUMP = re.compile(r"-[jg] (?P<to>[\w-]+)")
PORTS = re.compile(r"--(?:dports?|ctorigdstport|destination-ports?) (?P<ports>[\d:,]+)")
INTERFACE = re.compile(r"(?P<not>! )?-i (?P<name>\S+)")
SOURCE = re.compile(r"(?P<not>! )?-s (?P<net>\S+)")
NFT_CHAIN = re.compile(r"^\s*chain (?P<name>[\w-]+) \{")
NFT_HOOK = re.compile(r"type filter hook (?P<hook>\w+)")
NFT_VERDICT = re.compile(r"\b(?P<verdict>accept|drop|reject|return|jump \S+|goto \S+|vmap)\b")
NFT_PORTS = re.compile(r"\b(?:tcp|udp|th) dport (?P<ports>\{[^}]*\}|@\S+|[\w-]+)")
NFT_INTERFACE = re.compile(r'\biif(?:name)? (?P<not>!= )?"?(?P<name>[^"\s{]+)"?')
OLD = re.compile(r"(?:ct)?state (?!.*\bNEW\b)|ct state (?!.*\bnew\b)|icmp|addrtype|fib |rt type", re.IGNORECASE)
"""Not a stranger's new TCP connection."""
MODULES = re.compile(r"-m (\w+)")
PLAIN = frozenset(("tcp", "multiport", "conntrack", "state", "comment"))
SOME = re.compile(r"saddr|flags|limit|meter|ct count|mark|pkttype|length|vmap|geoip")
SERVICES = {"ssh": "22", "http": "80", "https": "443", "domain": "53"}


def rules(file: TextFile) -> Iterator[Rule]:
    chain = ""
    for number, line in enumerate(file.text.splitlines(), start=1):
        at = Place(file.shown, number, line.strip())
        appended, opened, hooked = APPENDED.match(line), NFT_CHAIN.match(line), NFT_HOOK.search(line)
        if appended:
            yield _iptables(appended["chain"], appended["rest"], at)
        elif opened:
            chain = opened["name"]
        elif hooked:
            chain = hooked["hook"].upper() if hooked["hook"] == "input" else chain
        elif line.strip() == "}":
            chain = ""
        elif chain and (found := NFT_VERDICT.search(line)) is not None:
            yield _nftables(chain, line, found["verdict"], at)


def _iptables(chain: str, rest: str, at: Place) -> Rule:
    jump, ports, interface, source = (rule.search(rest) for rule in (JUMP, PORTS, INTERFACE, SOURCE))
    return Rule(
        chain=chain,
        verdict=_verdict(jump["to"]) if jump else Verdict.NONE,
        at=at,
        udp="-p udp" in rest,
        ports=tuple(ports["ports"].split(",")) if ports else (),
        interface=interface["name"] if interface and not interface["not"] else "",
        of_some=bool(source and not source["not"])
        or "--tcp-flags" in rest
        or "--syn" in rest
        or bool(set(MODULES.findall(rest)) - PLAIN),
        strangers=not OLD.search(rest),
    )


def _nftables(chain: str, line: str, verdict: str, at: Place) -> Rule:
    ports, interface = NFT_PORTS.search(line), NFT_INTERFACE.search(line)
    named = ports["ports"].strip("{} ") if ports else ""
    words = [SERVICES.get(word.strip(), word.strip()) for word in named.split(",") if word.strip()]
    return Rule(
        chain=chain,
        verdict=_verdict(verdict.split()[0]),
        at=at,
        udp="udp dport" in line,
        ports=tuple(word.replace("-", ":") for word in words),
        interface=interface["name"] if interface and not interface["not"] else "",
        of_some=SOME.search(line) is not None or not all(word[:1].isdigit() for word in words),
        strangers=not OLD.search(line),
    )


def _verdict(word: str) -> Verdict:
    low = word.lower()
    if low in ("accept", "return"):
        return Verdict.ACCEPT
    if low in ("drop", "reject"):
        return Verdict.DROP
    return Verdict.NONE if low in ("log", "nflog", "counter", "limit") or low.startswith("f2b") else Verdict.ELSEWHERE
