"""`openssl s_client`, `openssl x509` and `certbot certificates`: certificates that were served or lie on a disk."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.pem import SeenCertificate
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.logs.times import of_iso, of_words
from clawkit.doctor.readers.recorded.command import Command
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.recorded.trouble import trouble
from clawkit.doctor.readers.recorded.vantage import vantage
from clawkit.doctor.readers.text import TextFile

CHAIN = re.compile(r"^ *(\d+) s:(.*)$", re.MULTILINE)
ISSUER = re.compile(r"^ +i:(.*)$", re.MULTILINE)
DATES = re.compile(r"NotBefore: ([^;]+); NotAfter: (.+)$", re.MULTILINE)
VERIFY = re.compile(
    r"verify error:num=\d+:(.+)$|Verify return code: (?!0 )\d+ \(([^)]+)\)|Verification error: (.+)$", re.MULTILINE
)
FAILED = re.compile(
    r"^(?:connect:errno=\d+|.*:error:.*|.*errno ?= ?\d+.*|.*no peer certificate available.*)$", re.MULTILINE
)
PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
BEFORE = re.compile(r"Not Before *: (.+)|notBefore=(.+)")
AFTER = re.compile(r"Not After *: (.+)|notAfter=(.+)")
SUBJECT = re.compile(r"^\s*[Ss]ubject(?:: |= ?)(.*)$", re.MULTILINE)
ISSUED = re.compile(r"^\s*[Ii]ssuer(?:: |= ?)(.*)$", re.MULTILINE)
NAMES = re.compile(r"DNS:([\w.*-]+)|IP Address:([\da-fA-F.:]+)")
SERIAL = re.compile(r"serial=([0-9A-Fa-f]+)|Serial Number: *\n? *([0-9a-fA-F:]{8,})")
CERTBOT = re.compile(
    r"^ *Certificate Name: (?P<name>\S+)(?P<rest>.*?)(?=^ *Certificate Name: |\Z)", re.MULTILINE | re.DOTALL
)


def read(file: TextFile, command: Command | None = None) -> Seen:
    if CERTBOT.search(file.text):
        return Seen(certificates=tuple(_kept(file)))
    if re.search(
        r"^CONNECTED\(|^Certificate chain|Verify return code|Verification|^connect:errno|verify error:", file.text, re.M
    ):
        return _shown(file, command)
    if command is not None and command.program == "openssl" and command.has("s_client") and FAILED.search(file.text):
        return _shown(file, command)
    found = _as_text(file, command)
    return Seen(certificates=(found,) if found else ())


def _shown(file: TextFile, command: Command | None) -> Seen:
    asked = command.value("-servername") if command else ""
    peer = command.value("-connect") if command else ""
    asked = asked or (peer.rpartition(":")[0] if re.search(r"[a-z]", peer) else "")
    verify = VERIFY.search(file.text)
    words = next((group for group in verify.groups() if group), "") if verify else ""
    subjects, issuers = CHAIN.findall(file.text), ISSUER.findall(file.text)
    if not subjects:
        return _failed(file, peer, asked)
    start = CHAIN.search(file.text)
    assert start is not None
    dates = DATES.search(file.text)
    leaf = PEM.search(file.text)
    details = _details(leaf.group(0)) if leaf else None
    place = Place(file.shown, file.text.count("\n", 0, start.start()) + 1, start.group(0).strip())
    return Seen(certificates=(SeenCertificate(
        at=place,
        served=True,
        subject=_common(subjects[0][1]),
        issuer=_common(issuers[0]) if issuers else "",
        names=details.names if details else (),
        not_before=of_words(dates.group(1)) if dates else details.not_before if details else None,
        not_after=of_words(dates.group(2)) if dates else details.not_after if details else None,
        chain=len(subjects),
        self_signed=bool(issuers) and subjects[0][1].strip() == issuers[0].strip(),
        serial=details.serial if details else "",
        server_name=asked,
        verify_error=words.strip(),
    ),))  # fmt: skip


def _details(pem: str) -> SeenCertificate | None:
    from clawkit.doctor.readers import pem as reader

    return reader.leaf(pem, Place("", None, ""))


def _failed(file: TextFile, peer: str, asked: str) -> Seen:
    """No certificate came: the handshake itself went wrong."""
    lines = [found.group(0) for found in FAILED.finditer(file.text)]
    if not lines:
        return Seen()
    url = f"https://{asked or peer.rpartition(':')[0]}:{peer.rpartition(':')[2] or 443}" if peer or asked else ""
    best = next((line for line in lines if ":error:" in line), lines[0])
    number = file.text.count("\n", 0, file.text.find(best)) + 1
    at = Place(file.shown, number, best.strip())
    return Seen(exchanges=(Exchange(url=url, at=at, vantage=vantage(url), error=trouble(best)),))


def _as_text(file: TextFile, command: Command | None) -> SeenCertificate | None:
    """`openssl x509 -text`, or `-subject -issuer -dates` of a file, or of a server through a pipe."""
    text = file.text
    after, before, serial = AFTER.search(text), BEFORE.search(text), SERIAL.search(text)
    subject, issuer = SUBJECT.search(text), ISSUED.search(text)
    if after is None and subject is None:
        return None
    served = command is not None and "s_client" in command.typed
    start = after or subject
    assert start is not None
    line = text.count("\n", 0, start.start()) + 1
    found = re.search(r"-servername[ =](\S+)", command.typed) if command else None
    return SeenCertificate(
        at=Place(file.shown, line, text.splitlines()[line - 1].strip()),
        served=served,
        path=(command.value("-in") if command and not served else ""),
        subject=_common(subject.group(1)) if subject else "",
        issuer=_common(issuer.group(1)) if issuer else "",
        names=tuple((dns or address).lower() for dns, address in NAMES.findall(text)),
        chain=0,  # x509 prints the first certificate and passes over the rest
        not_before=of_words(next(g for g in before.groups() if g)) if before else None,
        not_after=of_words(next(g for g in after.groups() if g)) if after else None,
        self_signed=bool(subject and issuer and subject.group(1) == issuer.group(1)),
        serial=next(g for g in serial.groups() if g).replace(":", "").lower().lstrip("0") if serial else "",
        server_name=found.group(1) if found else "",
    )


def _kept(file: TextFile) -> Iterator[SeenCertificate]:
    """What `certbot certificates` lists: the newest on disk, whatever is served."""
    for found in CERTBOT.finditer(file.text):
        domains = re.search(r"Domains: (.+)|Identifiers: (.+)", found["rest"])
        expiry = re.search(r"Expiry Date: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d)", found["rest"])
        path = re.search(r"Certificate Path: (\S+)", found["rest"])
        words = expiry.group(0) if expiry else found["name"]
        line = file.text.count("\n", 0, found.start() + max(found.group(0).find(words), 0)) + 1
        names = next((group for group in domains.groups() if group), "") if domains else ""
        yield SeenCertificate(
            at=Place(file.shown, line, file.text.splitlines()[line - 1].strip()),
            path=path.group(1) if path else "",
            subject=found["name"],
            names=tuple(re.split(r"[ ,]+", names.strip().lower())) if names else (),
            not_after=of_iso(expiry.group(1)) if expiry else None,
            chain=2,  # certbot's fullchain.pem
        )


def _common(name: str) -> str:
    found = re.search(r"CN ?= ?([^,/+]+)", name)
    return found.group(1).strip() if found else name.strip()
