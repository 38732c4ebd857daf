"""The host's firewall, as far as root may read it: ufw, iptables with Docker's chains."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

from clawkit.doctor.model.host import Firewall
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.readers.live.abreast import all_of
from clawkit.doctor.readers.live.tool import said

RULES, NAT, UFW = ("iptables", "-S"), ("iptables", "-t", "nat", "-S"), ("ufw", "status")
ALLOWED = re.compile(r"^(\S.*?)\s{2,}ALLOW", re.MULTILINE)
DROP = re.compile(r"-A (?:DOCKER-USER|FORWARD|INPUT) .*-j (?:DROP|REJECT)\b")
WITHIN = re.compile(r"-i (\S+) -o \1(?: |$)")
"""Docker's own rule for a network whose containers must not see each other (enable_icc=false)."""

STRAY = re.compile(r"--ctstate INVALID|--state INVALID|-f\b|--tcp-flags")
"""Packets that belong to no connection: every hardening guide drops them."""


def firewall() -> Firewall | None:
    """None for anybody but root, who alone may read the rules."""
    if os.geteuid() != 0:
        return None
    asked: tuple[Callable[[], str | None], ...] = (lambda: said(RULES), lambda: said(NAT), lambda: said(UFW))
    rules, nat, ufw = all_of(asked)
    if rules is None and nat is None and ufw is None:
        return None
    return read(rules, nat, ufw)


def read(rules: str | None, nat: str | None, ufw: str | None) -> Firewall:
    active = None if ufw is None else ufw.startswith("Status: active")
    return Firewall(
        at=Place(" ".join(RULES), None, next(iter((rules or "").splitlines()), "")),
        ufw_active=active,
        ufw_allows=tuple(dict.fromkeys(ALLOWED.findall(ufw or ""))),
        default_drop=None if rules is None else "-P INPUT DROP" in rules,
        docker_chains=None if nat is None else "-N DOCKER\n" in f"{nat}\n",
        drops=tuple(_drops(rules or "")),
    )


def _drops(rules: str) -> Iterator[Value[str]]:
    for line in rules.splitlines():
        if DROP.match(line) and not WITHIN.search(line) and not STRAY.search(line):
            yield Value(line, Place(" ".join(RULES), None, line))
