"""Rules of iptables (`-S`, `-L`, `iptables-save`) and nftables (`list ruleset`) in the order in which packets meet
them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

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
ANSWER = re.compile(r"(?:--)?reject[- ]with \S+(?: type \S+)?")
"""How a rule says no: "icmp" there is not what it is about."""
OLD = re.compile(r"(?:ct)?state (?!.*\bNEW\b)|ct state (?!.*\bnew\b)|icmp|addrtype|fib |rt type", re.IGNORECASE)
"""Not a stranger's new TCP connection."""
NFT_SET = re.compile(r"@(?P<name>[\w-]+)")
NFT_DEFINED = re.compile(r"^\s*set (?P<name>[\w-]+) \{[^{}]*elements = \{(?P<elements>[\s\w,-]+)\}", re.MULTILINE)
MODULES = re.compile(r"-m (\w+)")
PLAIN = frozenset(("tcp", "multiport", "conntrack", "state", "comment"))
SOME = re.compile(r"saddr|flags|limit|meter|ct count|mark|pkttype|length|vmap|geoip")
LISTED_CHAIN = re.compile(r"^Chain (?P<chain>[\w-]+) \(")
BRIEF = re.compile(r"^\s*(?:\d+\s+)?(?P<target>[A-Za-z][\w-]*)\s+(?P<proto>\w+)\s+\S{2}\s+(?P<source>!?\S+)\s+\S+"
                   r"(?P<rest>.*)$")  # fmt: skip
VERBOSE = re.compile(r"^\s*(?:\d+\s+)?\d+[KMGT]?\s+\d+[KMGT]?\s+(?P<target>[A-Za-z][\w-]*)\s+(?P<proto>\w+)\s+\S{2}\s+"
                     r"(?P<in>\S+)\s+\S+\s+(?P<source>!?\S+)\s+\S+(?P<rest>.*)$")  # fmt: skip
LISTED_PORTS = re.compile(r"\b(?:dpts?:|dports |ctorigdstport )(?P<ports>[\w:,-]+)")
LISTED_SOME = re.compile(r"match-set|limit|mark|recent|MAC|geoip|owner|flags:|STRING|set ")
ANYWHERE = ("anywhere", "0.0.0.0/0", "::/0")
SERVICES = {"ssh": "22", "http": "80", "https": "443", "domain": "53"}


def rules(file: TextFile) -> Iterator[Rule]:
    chain, sets = "", _sets(file.text)
    yield from listed(file)
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
            yield _nftables(chain, NFT_SET.sub(lambda name: sets.get(name["name"], name[0]), line),
                            found["verdict"], at)  # fmt: skip


def _sets(text: str) -> dict[str, str]:
    """Named sets of ports, as a rule would write them in place; of concatenations nobody can tell here."""
    return {found["name"]: "{" + found["elements"] + "}" for found in NFT_DEFINED.finditer(text)}


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
        strangers=not OLD.search(ANSWER.sub("", rest)),
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
        strangers=not OLD.search(ANSWER.sub("", line)),
    )


def listed(file: TextFile) -> Iterator[Rule]:
    """`iptables -L`, with and without -n, -v and --line-numbers."""
    chain = heading = ""
    waiting: list[Rule] = []
    for number, line in enumerate(file.text.splitlines(), start=1):
        opened = LISTED_CHAIN.match(line)
        if opened:
            yield from waiting
            chain, heading, waiting = opened["chain"], "", []
        elif chain and re.match(r"^\s*(?:num|pkts|target)\s", line):
            heading = line
        elif chain and heading and (row := _row(line, heading)) is not None:
            # without -v the rule for loopback looks like one for all; below one for all nothing would be met
            yield from (replace(one, interface="lo") if _whole(one) and "pkts" not in heading else one
                        for one in waiting)  # fmt: skip
            waiting = [_listed(chain, row, Place(file.shown, number, line.strip()))]
    yield from waiting


def _whole(rule: Rule) -> bool:
    return rule.verdict is Verdict.ACCEPT and rule.strangers and not (rule.ports or rule.of_some or rule.udp)


def _row(line: str, heading: str) -> re.Match[str] | None:
    return (VERBOSE if "pkts" in heading else BRIEF).match(line)


def _listed(chain: str, row: re.Match[str], at: Place) -> Rule:
    rest = row["rest"]
    ports = LISTED_PORTS.search(rest)
    words = [SERVICES.get(word, word) for word in re.split(r"[,]", ports["ports"])] if ports else []
    interface = row.groupdict().get("in") or ""
    return Rule(
        chain=chain,
        verdict=_verdict(row["target"]),
        at=at,
        udp=row["proto"] in ("udp", "17"),
        ports=tuple(words),
        interface="" if interface in ("any", "*") or interface.startswith("!") else interface,
        of_some=row["source"] not in ANYWHERE or LISTED_SOME.search(rest) is not None,
        strangers=not OLD.search(f"{row['proto']} {ANSWER.sub('', rest)}"),
    )


def _verdict(word: str) -> Verdict:
    low = word.lower()
    if low in ("accept", "return"):
        return Verdict.ACCEPT
    if low in ("drop", "reject"):
        return Verdict.DROP
    return Verdict.NONE if low in ("log", "nflog", "counter", "limit") or low.startswith("f2b") else Verdict.ELSEWHERE
