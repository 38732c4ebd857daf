"""`df`, `timedatectl`, `chronyc`, `ip addr`, `stat`, `ls -l`, and versions: the machine below."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clawkit.doctor.model.host import Disk, Host
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.readers.recorded.command import Command
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.text import TextFile

DF = re.compile(r"^(?P<device>\S+)\s+(?P<size>[\d.]+[KMGTP]?i?|-)\s+(?P<used>[\d.]+[KMGTP]?i?|"
                r"-)\s+(?P<free>[\d.]+[KMGTP]?i?|-)\s+"
                r"(?P<percent>\d+|-)%?\s+(?P<mount>/\S*)$")  # fmt: skip
UNITS = {"": 1024, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4, "P": 1024**5}
"""df without -h counts in blocks of 1 KiB."""
CHRONY = re.compile(r"^System time\s+: ([\d.]+) seconds (fast|slow) of NTP time")
OFFSET = re.compile(r"offset ([-+]?\d+\.\d+)")
INET = re.compile(r"\binet6? (?:addr:)?([\da-f.:]+)")
BRIEF = re.compile(r"^\S+\s+(?:UP|UNKNOWN|DOWN)\s+(?P<all>\S.*)$")
LINK = re.compile(r"^(?:\d+: )?(?P<name>[\w.-]+)(?:@\S+)?: (?:flags=\d+)?<\S*>\s+mtu (?P<mtu>\d+)")
"""`ip link`, `ip addr` and ifconfig."""
ROUTE = re.compile(r"^default (?:via \S+ )?dev (?P<device>\S+)", re.MULTILINE)
STAT = re.compile(r"Access: \((?P<mode>\d{4})/\S+\)\s+Uid: \(\s*(?P<uid>\d+)/[^)]*\)\s+Gid: \(\s*(?P<gid>\d+)/")
STAT_FILE = re.compile(r"^\s*File: [\u2018'\"]?(?P<path>[^\u2018\u2019'\"]+)")
LONG = re.compile(r"^(?P<kind>[dl-])(?P<bits>[rwxsStT-]{9})[.+@]?\s+\d+\s+(?P<user>\S+)\s+(?P<group>\S+)\s+[\d,. "
                  r"KMG]+?\s+"
                  r"(?:[A-Z][a-z]{2} +\d+ +[\d:]+|\d{4}-\d\d-\d\d [\d:.]+(?: [+-]\d{4})?) (?P<path>.+)$")  # fmt: skip
FORMAT = re.compile(r"^(?P<uid>\d+)[: ](?P<gid>\d+) (?P<mode>\d{3,4}) (?P<path>\S+)$")
VERSIONS = (("nginx", re.compile(r"nginx version: \w+/([\d.]+)")), 
            ("caddy", re.compile(r"^v(2[\d.]+)(?: h1:|$)", re.MULTILINE)),
            ("docker-desktop", re.compile(r"Docker Desktop ([\d.]+)")),
            ("openclaw", re.compile(r"^(?:OpenClaw )?(20\d\d\.\d+\.\d+)", re.MULTILINE)))  # fmt: skip


def disks(file: TextFile) -> Seen:
    found = tuple(_disks(file))
    return Seen(host=Host(disks=found))


def _disks(file: TextFile) -> Iterator[Disk]:
    inodes = re.search(r"^Filesystem +Inodes", file.text, re.MULTILINE) is not None
    for number, line in enumerate(file.text.splitlines(), start=1):
        row = DF.match(line.strip())
        if row is None or row["device"] in ("tmpfs", "udev", "devtmpfs", "efivarfs", "shm"):
            continue
        place = Place(file.shown, number, line.strip())
        percent = float(row["percent"]) if row["percent"] != "-" else None
        if inodes:
            yield Disk(row["mount"], place, inodes_used_percent=percent)
        else:
            yield Disk(row["mount"], place, free_bytes=_bytes(row["free"]), used_percent=percent)


def _bytes(text: str) -> int | None:
    found = re.match(r"([\d.]+)([KMGTP]?)", text)
    return int(float(found.group(1)) * UNITS[found.group(2)]) if found else None


def clock(file: TextFile) -> Seen:
    """Only chrony and ntpdate say by how much; that nobody keeps the clock right says nothing about it."""
    for number, line in enumerate(file.text.splitlines(), start=1):
        place = Place(file.shown, number, line.strip())
        if found := CHRONY.match(line.strip()):
            sign = 1 if found.group(2) == "fast" else -1
            return Seen(host=Host(clock_offset=Value(sign * float(found.group(1)), place)))
        if found := OFFSET.search(line):  # ntpdate: what has to be added to this clock
            return Seen(host=Host(clock_offset=Value(-float(found.group(1)), place)))
    return Seen()


def addresses(file: TextFile, command: Command | None = None) -> Seen:
    if command is not None and command.container:
        return Seen()
    found: list[str] = []
    for line in file.text.splitlines():
        brief = BRIEF.match(line)
        found += re.findall(r"(?:^|\s)([\da-f.:]+)/\d+", brief["all"]) if brief else INET.findall(line)
    if command is not None and not found:  # hostname -I, curl ifconfig.me
        found = [word for word in file.text.split() if re.fullmatch(r"[\d.]{7,15}|[\da-f]*:[\da-f:]+", word)]
    kept = (address for address in found if not address.startswith(("127.", "fe80")) and address != "::1")
    route = ROUTE.search(file.text)
    return Seen(
        host=Host(addresses=tuple(dict.fromkeys(kept)), mtu=_sizes(file), way_out=route["device"] if route else "")
    )


def _sizes(file: TextFile) -> dict[str, Value[int]]:
    found = ((number, line, LINK.match(line)) for number, line in enumerate(file.text.splitlines(), start=1))
    return {link["name"]: Value(int(link["mtu"]), Place(file.shown, number, line.strip()))
            for number, line, link in found if link}  # fmt: skip


def owners(file: TextFile, command: Command | None = None) -> Seen:
    """`stat` and `ls -l`; names stand as they are, `ls -ln` gives numbers. What is in a container is no host path."""
    if command is not None and command.container:
        return Seen()
    found: dict[str, Value[str]] = {}
    path = folder = ""
    for number, line in enumerate(file.text.splitlines(), start=1):
        place = Place(file.shown, number, line.strip())
        if named := STAT_FILE.match(line):
            path = named["path"].strip()
        elif (seen := STAT.search(line)) and path:
            found[path] = Value(f"{seen['uid']}:{seen['gid']} {seen['mode'].lstrip('0') or '0'}", place)
        elif row := LONG.match(line):
            value = Value(f"{row['user']}:{row['group']} {_octal(row['bits'])}", place)
            found[_whole(row["path"].partition(" -> ")[0], folder, command)] = value
        elif plain := FORMAT.match(line.strip()):
            found[plain["path"]] = Value(f"{plain['uid']}:{plain['gid']} {plain['mode'].lstrip('0')}", place)
        elif line.startswith(("/", "~", ".")) and line.rstrip().endswith(":"):
            folder = line.strip().rstrip(":")
    return Seen(host=Host(owners=found))


def _whole(name: str, folder: str, command: Command | None) -> str:
    """`ls -l FOLDER` prints bare names."""
    if name.startswith(("/", "~")):
        return name
    asked = next((word for word in reversed(command.words) if word.startswith(("/", "~", "."))), "") if command else ""
    base = (folder or asked).rstrip("/")
    if not base:
        return name
    return base if name == "." else base.rpartition("/")[0] or "/" if name == ".." else f"{base}/{name}"


def _octal(bits: str) -> str:
    value = 0
    for at, bit in enumerate(bits):
        value = value * 2 + (bit not in "-ST" if at % 3 == 2 else bit != "-")
    return f"{value:o}"


def versions(file: TextFile) -> Seen:
    found = []
    for name, rule in VERSIONS:
        seen = rule.search(file.text)
        if seen:
            found.append((name, tuple(int(part) for part in seen.group(1).split(".") if part)))
    return Seen(versions=tuple(found))
