"""`ufw status`, `iptables -S` and `-L`, `nft list ruleset`, `firewall-cmd --list-all`."""

from __future__ import annotations

import re

from clawkit.doctor.model.host import Firewall, Host
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.readers.recorded.command import Command
from clawkit.doctor.readers.recorded.rules import rules
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.text import TextFile

WATCHED = ("DOCKER-USER", "FORWARD", "INPUT", "OUTPUT")
"""Chains in which an administrator's own rules stand; Docker's, ufw's and firewalld's drop by design."""
UFW = re.compile(
    r"^(?:Status|Statut|\u00c9tat|Estado|Stato) ?: (?P<off>in)?(?:active|actif|activo|attivo|aktiv)\b",
    re.MULTILINE | re.IGNORECASE,
)
"""ufw speaks the administrator's language; its rules stay in English."""
UFW_ROW = re.compile(
    r"^(?:\[ *\d+\] )?(?P<to>\S.*?)\s{2,}(?P<action>ALLOW|DENY|REJECT|LIMIT)(?: (?:IN|OUT|FWD))?\s{2,}(?P<source>\S.*)$"
)
POLICY = re.compile(r"^Chain (?P<chain>[\w-]+) \((?:policy (?P<policy>\w+)|\d+ references)|"
                    r"^(?:-P |:)(?P<set>[A-Z]+) (?P<to>\w+)|"
                    r"^\s*type filter hook (?P<hook>\w+) .*policy (?P<nft>\w+);")  # fmt: skip
RULE = re.compile(r"^-A (?P<chain>[\w-]+) (?P<rest>.*-j (?:DROP|REJECT)\b.*)$")
LISTED = re.compile(r"^\s*(?:\d+\s+\S+\s+)?(?:DROP|REJECT)\s+\w+\s+(?:--|\S+)\s+.*$")
NFT_CHAIN = re.compile(r"^\s*chain (?P<name>[\w-]+) \{")
NFT_DROP = re.compile(r"\b(?:drop|reject)\b")
HARMLESS = re.compile(r"INVALID|ct state invalid|ctstate INVALID|fib daddr|rt type 0")
RICH = re.compile(r'\brule\b.*\b(?:service name="(?P<service>[\w-]+)"|port port="(?P<port>[\d-]+)" '
                  r'protocol="(?P<protocol>\w+)").*\baccept\b')  # fmt: skip
"""A rich rule that lets somebody in, be it some sources alone: who may is then decided."""
FIREWALLD = re.compile(r"^\s*(?P<key>services|ports|target): *(?P<value>.*)$")


def read(file: TextFile, command: Command | None = None) -> Seen:
    text = file.text
    if UFW.search(text):
        return _seen(_ufw(file))
    if re.search(r"^\s*(?:icmp-block-inversion|masquerade|rich rules): *", text, re.MULTILINE):
        return _seen(_firewalld(file))
    return _seen(_tables(file, command))


def _seen(firewall: Firewall) -> Seen:
    return Seen(host=Host(firewall=firewall))


def _ufw(file: TextFile) -> Firewall:
    state = UFW.search(file.text)
    active = state is not None and not state["off"]
    default = re.search(r"^Default: (\w+) \(incoming\)", file.text, re.MULTILINE)
    allows: list[str] = []
    everyone: set[str] = set()
    drops: list[Value[str]] = []
    for number, line in enumerate(file.text.splitlines(), start=1):
        row = UFW_ROW.match(line.strip())
        if row and row["action"] in ("ALLOW", "LIMIT"):
            name = row["to"].removesuffix(" (v6)")
            allows += [] if name in allows else [name]
            everyone |= {name} if row["source"].startswith("Anywhere") else set()
        elif row:
            drops.append(Value(f"{row['to']} {row['action']} {row['source']}", Place(file.shown, number, line.strip())))
    number = next(n for n, line in enumerate(file.text.splitlines(), start=1) if UFW.match(line))
    return Firewall(
        at=file.place(number),
        ufw_active=active,
        ufw_allows=tuple(allows),
        ufw_for_some=tuple(name for name in allows if name not in everyone),
        default_drop=(default.group(1) in ("deny", "reject")) if default else (True if active else None),
        drops=tuple(drops) if active else (),
    )


def _firewalld(file: TextFile) -> Firewall:
    """Its zone lets in what it lists and rejects the rest, unless the target says ACCEPT."""
    allows: list[str] = []
    target = "default"
    for line in file.text.splitlines():
        found = FIREWALLD.match(line)
        rich = RICH.search(line)
        if found and found["key"] == "target":
            target = found["value"].strip()
        elif found:
            allows += found["value"].split()
        elif rich:
            allows.append(rich["service"] or f"{rich['port']}/{rich['protocol']}")
    told = [n for n, line in enumerate(file.text.splitlines(), start=1) if line.strip().startswith("services:")]
    return Firewall(
        at=file.place(told[0] if told else 1), firewalld_allows=tuple(allows), default_drop=target.upper() != "ACCEPT"
    )


def _tables(file: TextFile, command: Command | None) -> Firewall:
    """iptables in both forms, and nftables."""
    chain, default, drops, decided = "", None, list[Value[str]](), 0
    for number, line in enumerate(file.text.splitlines(), start=1):
        policy = POLICY.match(line)
        if policy:
            chain = policy["chain"] or chain
            name, what = (
                policy["chain"] or policy["set"] or policy["hook"] or "",
                policy["policy"] or policy["to"] or policy["nft"],
            )
            if name.upper() == "INPUT" and what:
                default = what.upper() == "DROP"
                decided = number if default else decided
        elif nft := NFT_CHAIN.match(line):
            chain = nft["name"]
        rule = RULE.match(line)
        where = rule["chain"] if rule else chain
        dropping = rule or (LISTED.match(line) if not line.startswith("Chain") else None) or (
            NFT_DROP.search(line) if not policy and not nft_only(line) else None)  # fmt: skip
        if dropping and where.upper() in WATCHED and not HARMLESS.search(line):
            drops.append(Value(f"{where}: {line.strip()}", Place(file.shown, number, line.strip())))
    first = next((n for n, line in enumerate(file.text.splitlines(), start=1) if line.strip()), 1)
    return Firewall(
        at=file.place(decided or first),
        default_drop=default,
        docker_chains=_docker(file.text, command),
        drops=tuple(drops),
        rules=tuple(rules(file)),
    )


def nft_only(line: str) -> bool:
    """Not a rule of nftables: iptables' own lines name a chain or stand under a heading."""
    return line.startswith(("-", "Chain", "target", "num", "pkts", " pkts")) or LISTED.match(line) is not None


def _docker(text: str, command: Command | None) -> bool | None:
    """Only a list of the nat table, or of all, can show that Docker's chain is missing."""
    if re.search(r"^Chain DOCKER \(|^-N DOCKER$|^:DOCKER |^\s*chain DOCKER \{", text, re.MULTILINE):
        return True
    if "No chain/target/match by that name" in text or "chain 'DOCKER' in table" in text:
        return False
    if command is not None and (command.filtered or command.has("INPUT", "DOCKER-USER", "FORWARD")):
        return None
    nat = re.search(r"^Chain PREROUTING|^-P PREROUTING|^\*nat|^table ip nat", text, re.MULTILINE)
    return False if nat else None
