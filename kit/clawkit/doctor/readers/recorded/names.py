"""`dig`, `host`, `nslookup`, `getent`: what names resolve to, and /etc/hosts."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.host import DnsAnswer, Host
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.readers.recorded.command import Command
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.text import TextFile

TYPES = ("A", "AAAA", "CAA", "CNAME")
RECORD = re.compile(r"^(?P<name>[\w.*-]+?)\.?\s+(?:\d+\s+)?IN\s+(?P<kind>A|AAAA|CNAME|CAA)\s+(?P<value>.+)$")
QUESTION = re.compile(r"^;(?P<name>[\w.-]+?)\.?\s+IN\s+(?P<kind>A|AAAA|CNAME|CAA)\s*$")
HOST = re.compile(
    r"^(?P<name>\S+?)\.? has (?P<six>IPv6 )?address (?P<value>\S+)|^(?P<alias>\S+?)\.? is an alias for (?P<to>\S+?)\.?$"
)
NOTHING = re.compile(r"^Host (?P<host>\S+?)\.? not found: \d\(NXDOMAIN\)|^(?P<none>\S+?)\.? has no (?P<kind>A|AAAA|"
                     r"CAA) record|"
                     r"can't find (?P<nslookup>\S+?)\.?: (?:NXDOMAIN|No answer)|"
                     r"^\** ?(?P<find>\S+): NXDOMAIN|"
                     r"^(?P<resolved>\S+?): resolve call failed: .*(?:not found|does not have any RR)")  # fmt: skip


SERVFAIL = re.compile(r"status: SERVFAIL|: SERVFAIL$|\(SERVFAIL\)")


def read(file: TextFile, command: Command | None = None) -> Seen:
    """A lookup inside a container asks Docker's own name server: that says nothing of the public name."""
    if command is not None and command.container:
        return Seen()
    lines = list(enumerate(file.text.splitlines(), start=1))
    found = [*_dig(file, lines), *_host(file, lines), *_nslookup(file, lines)]
    if not found and command is not None:
        found = list(_short(file, lines, command))
    return Seen(host=Host(dns=tuple(_joined(found))), logs=tuple(_failed(file, lines)))


def _failed(file: TextFile, lines: list[tuple[int, str]]) -> Iterator[LogLine]:
    """That the name server failed, with the name that it was asked for."""
    asked = next((found["name"].lower() for _, line in lines if (found := QUESTION.match(line))), "")
    for number, line in lines:
        if SERVFAIL.search(line):
            yield LogLine(Speaker.UNKNOWN, f"{asked} {line.strip()}".strip(), Place(file.shown, number, line.strip()))


def hosts_file(file: TextFile) -> Seen:
    found: dict[str, Value[str]] = {}
    for number, line in enumerate(file.text.splitlines(), start=1):
        address, *names = line.partition("#")[0].split() or [""]
        if names and _is_address(address):
            for name in names:
                found.setdefault(name.lower(), Value(address, Place(file.shown, number, line.strip())))
    return Seen(host=Host(hosts_file=found))


def _joined(answers: list[DnsAnswer]) -> Iterator[DnsAnswer]:
    """All values of a name and type together; an empty answer stands only where no other came."""
    by: dict[tuple[str, str], list[DnsAnswer]] = {}
    for answer in answers:
        by.setdefault((answer.name, answer.kind), []).append(answer)
    for (name, kind), group in by.items():
        values = tuple(dict.fromkeys(value for answer in group for value in answer.values))
        at = next((answer.at for answer in group if answer.values), group[0].at)
        yield DnsAnswer(name, kind, values, at)


def _dig(file: TextFile, lines: list[tuple[int, str]]) -> Iterator[DnsAnswer]:
    """An answer section that is missing after the question is an empty answer, unless the server failed."""
    failed = re.search(
        r"status: (?!NOERROR|NXDOMAIN)[A-Z]+|no servers could be reached|connection timed out", file.text
    )
    chain: dict[str, str] = {}
    for number, line in lines:
        place = Place(file.shown, number, line.strip())
        question, record = QUESTION.match(line), RECORD.match(line)
        if question and not failed:
            yield DnsAnswer(question["name"].lower(), question["kind"], (), place)
        elif record:
            name = record["name"].lower()
            if record["kind"] == "CNAME":
                chain[record["value"].strip().rstrip(".").lower()] = chain.get(name, name)
            yield DnsAnswer(name, record["kind"], (record["value"].strip().rstrip("."),), place)
            if name in chain and record["kind"] != "CNAME":
                yield DnsAnswer(chain[name], record["kind"], (record["value"].strip(),), place)


def _host(file: TextFile, lines: list[tuple[int, str]]) -> Iterator[DnsAnswer]:
    for number, line in lines:
        place = Place(file.shown, number, line.strip())
        found, nothing = HOST.match(line), NOTHING.search(line.strip())
        if found and found["alias"]:
            yield DnsAnswer(found["alias"].lower(), "CNAME", (found["to"],), place)
        elif found:
            yield DnsAnswer(found["name"].lower(), "AAAA" if found["six"] else "A", (found["value"],), place)
        elif nothing:
            name = nothing["host"] or nothing["none"] or nothing["nslookup"] or nothing["find"] or nothing["resolved"]
            for kind in (nothing["kind"],) if nothing["kind"] else ("A", "AAAA"):
                yield DnsAnswer(name.lower().rstrip("."), kind, (), place)


def _nslookup(file: TextFile, lines: list[tuple[int, str]]) -> Iterator[DnsAnswer]:
    name = ""
    for number, line in lines:
        named = re.match(r"^Name:\s+(\S+)", line)
        address = re.match(r"^Address(?:es)?(?: \d+)?:\s+(\S+)", line) or (
            re.match(r"^\s+([\da-f.:]+)$", line) if name else None
        )
        if named:
            name = named.group(1).lower()
        elif address and name and _is_address(address.group(1)):
            kind = "AAAA" if ":" in address.group(1) else "A"
            yield DnsAnswer(name, kind, (address.group(1),), Place(file.shown, number, line.strip()))


def _short(file: TextFile, lines: list[tuple[int, str]], command: Command) -> Iterator[DnsAnswer]:
    """`dig +short NAME [TYPE]` and `getent hosts NAME`: the name stands in the command alone."""
    words = [word for word in command.words if not word.startswith(("+", "-", "@"))]
    asked = next((word.upper() for word in words if word.upper() in TYPES), "A")
    name = next((word for word in words if word.upper() not in TYPES and "." in word), "").rstrip(".").lower()
    if not name or command.program not in ("dig", "getent", "host", "drill", "kdig"):
        return
    values = [(number, line.split()[0]) for number, line in lines if line.strip() and _is_address(line.split()[0])]
    for number, value in values:
        yield DnsAnswer(name, "AAAA" if ":" in value else "A", (value,), Place(file.shown, number, value))
    if not values and not file.text.strip() and command.program == "dig":
        yield DnsAnswer(name, asked, (), Place(file.shown, None, command.typed))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
