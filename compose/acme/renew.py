"""Gets and renews the certificates of plan.json with certbot, and hands them to the proxy.

    python3 renew.py /acme/plan.json     runs until SIGTERM
    python3 renew.py --alive             exits 0 while the other one runs

certbot decides when a renewal is due: by the authority's ARI, else when a third of the lifetime is left. This loop
decides when certbot is asked: Let's Encrypt wants 1, 10 and 100 minutes after failures, then once a day, remembered
across restarts (letsencrypt.org/docs/integration-guide). Needs nothing but Python and what certbot itself brings.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PRODUCTION = "https://acme-v02.api.letsencrypt.org/directory"
STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory"

BACKOFF_SECONDS = (60, 600, 6000, 86400)
CHECK_SECONDS = 43200
CHECKS_PER_LIFETIME = 10
"""A certificate of hours is looked at more often than twice a day."""

CERTBOT_SECONDS = 1800
"""A DNS hook may wait long for its zone; beyond this certbot hangs."""

BEAT_SECONDS = 60
ALIVE_SECONDS = 180
LOOK_SECONDS = 0.5
KEPT = 3
"""Versions that stay beside the one in use, as in clawkit's tls/site.py."""


class State(StrEnum):
    PENDING = "pending"
    """Asked for, or about to be."""
    ISSUED = "issued"
    FAILED = "failed"
    WAITING = "waiting"
    """Failed, and the authority itself named the time of the next attempt."""


@dataclass(frozen=True)
class Places:
    data: Path = Path("/data")
    site: Path = Path("/tls/site")
    scratch: Path = Path("/tmp")
    certbot: str = "certbot"

    @property
    def status(self) -> Path:
        return self.data / "status.json"

    @property
    def ask_now(self) -> Path:
        return self.data / "ask-now"


@dataclass(frozen=True)
class Certificate:
    name: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    directory: str
    certificates: tuple[Certificate, ...]
    ca: str = ""
    email: str = ""
    challenge: str = "http-01"
    profile: str = ""
    hook: str = ""
    rfc2136: str = ""
    eab: str = ""

    @property
    def authority(self) -> str:
        return urlsplit(self.directory).netloc

    @property
    def lineages(self) -> str:
        """Folder of what this authority issued: another directory is another account and another certificate."""
        return f"{re.sub(r'[^a-z0-9.-]', '-', self.authority.lower())}-{digest(self.directory)[:8]}"

    def fingerprint(self, certificate: Certificate) -> str:
        """Changes with everything that may turn a refusal into a certificate, the lent files' contents included."""
        lent = [Path(name).read_bytes().hex() for name in (self.ca, self.hook, self.rfc2136, self.eab) if name]
        return digest(repr((replace(self, certificates=()), certificate.names, lent)))[:16]


@dataclass(frozen=True)
class Entry:
    """What status.json tells of one certificate; no secret is in it. Times are RFC 3339, empty for never."""

    names: tuple[str, ...] = ()
    state: State = State.PENDING
    error: str = ""
    problem: str = ""
    failures: int = 0
    last_attempt: str = ""
    next_attempt: str = ""
    issued: str = ""
    not_after: str = ""
    authority: str = ""
    fingerprint: str = ""
    rehearsed: str = ""
    """Fingerprint that the staging authority has accepted."""


@dataclass(frozen=True)
class Answer:
    code: int
    output: str
    log: str = ""


@dataclass(frozen=True)
class Trouble:
    problem: str
    error: str
    wait: float = 0.0
    """Seconds that the authority asked for; 0 when it named none."""


def digest(text: str | bytes) -> str:
    return sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def say(text: str) -> None:
    sys.stdout.write(f"clawkit acme: {text}\n")
    sys.stdout.flush()


# --- the plan and the memory


def read_plan(path: Path) -> Plan:
    raw = json.loads(path.read_text())
    certificates = tuple(Certificate(one["name"], tuple(one["names"])) for one in raw.pop("certificates"))
    known = {one.name for one in fields(Plan)}
    return Plan(certificates=certificates, **{key: value for key, value in raw.items() if key in known})


def read_entries(path: Path) -> dict[str, Entry]:
    """What is remembered; a file that cannot be read is as none, and certbot's own data still prevents an order."""
    try:
        raw = json.loads(path.read_text())["certificates"]
        return {name: _entry(facts) for name, facts in raw.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _entry(facts: Mapping[str, Any]) -> Entry:
    known = {one.name for one in fields(Entry)}
    entry = Entry(**{key: value for key, value in facts.items() if key in known})
    for text in (entry.next_attempt, entry.not_after):
        moment(text) if text else None
    return replace(entry, names=tuple(entry.names), state=State(entry.state), failures=int(entry.failures))


def write_atomic(path: Path, content: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


# --- certbot


def arguments(plan: Plan, certificate: Certificate, places: Places, *, rehearsal: bool = False) -> list[str]:
    home = places.data / "certbot" / plan.lineages
    account = ["-m", plan.email] if plan.email else ["--register-unsafely-without-email"]
    addresses = [name for name in certificate.names if is_address(name)]
    profile = plan.profile or ("shortlived" if addresses and plan.directory in (PRODUCTION, STAGING) else "")
    return [
        places.certbot, "certonly", "--non-interactive", "--agree-tos", *account,
        "--server", STAGING if rehearsal else plan.directory, *(["--dry-run"] if rehearsal else []),
        "--cert-name", certificate.name, *challenge(plan, places),
        *(word for name in certificate.names for word in ("--ip-address" if name in addresses else "--domain", name)),
        "--key-type", "ecdsa", "--elliptic-curve", "secp256r1", "--keep-until-expiring", "--renew-with-new-domains",
        *(["--preferred-profile", profile] if profile else []),
        "--config-dir", str(home), "--work-dir", str(places.data / "certbot/work"),
        "--logs-dir", str(places.data / "certbot/logs"), "--max-log-backups", "10",
    ]  # fmt: skip


def challenge(plan: Plan, places: Places) -> list[str]:
    if plan.challenge != "dns-01":
        return ["--webroot", "--webroot-path", str(places.data / "webroot")]
    if plan.rfc2136:
        return ["--dns-rfc2136", "--dns-rfc2136-credentials", plan.rfc2136]
    return ["--manual", "--preferred-challenges", "dns", "--manual-auth-hook", f"{plan.hook} auth",
            "--manual-cleanup-hook", f"{plan.hook} cleanup"]  # fmt: skip


def is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def eab_options(text: str) -> str:
    """certbot's options from `eab KEY_ID HMAC_KEY`, the line that Caddy takes too; a file, because argv is public."""
    words = [word for line in text.splitlines() if not line.lstrip().startswith("#") for word in line.split()]
    words = words[1:] if words[:1] == ["eab"] else words
    if len(words) != 2:
        raise ValueError("acme_eab: the file must hold one line: eab KEY_ID HMAC_KEY")
    return f"eab-kid = {words[0]}\neab-hmac-key = {words[1]}\n"


def environment(plan: Plan, places: Places) -> dict[str, str]:
    """HOME, because the user of the container has none; the kit's CA file, and no other, where one is given."""
    kept = {key: value for key, value in os.environ.items() if key not in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")}
    return {**kept, "HOME": str(places.scratch), **({"REQUESTS_CA_BUNDLE": plan.ca} if plan.ca else {})}


# --- what an answer means


def judge(answer: Answer, at: datetime) -> Trouble:
    """The cause and the authority's own words, from what certbot printed and from its debug log.

    What it prints lacks the type of an ACME error (certbot/_internal/log.py); its log ends with the exception.
    """
    failed = re.findall(r"(?:Identifier|Domain): (\S+)\s+Type:\s+(\S+)\s+Detail: (.+)", answer.output)
    raised = re.findall(r"^(?:[\w.]+\.)?Error: urn:ietf:params:acme:error:(\w+)", answer.log, re.MULTILINE)
    if failed:
        error = "; ".join(dict.fromkeys(f"{name}: {detail.strip()}" for name, _, detail in failed[:2]))
        # some authorities call it a failed connection
        problem = "dns" if NO_ADDRESS.search(error) else failed[0][1]
    else:
        problem = raised[-1] if raised else transport(answer.output)
        error = own_words(answer.output)
    return Trouble(problem if problem in PROBLEMS else "other", error[:600], asked_wait(answer.log, error, at))


PROBLEMS = ("dns", "connection", "unauthorized", "caa", "rateLimited", "badNonce", "rejectedIdentifier",
            "externalAccountRequired", "directory-unreachable", "tls-directory")  # fmt: skip
"""ACME's own error types (RFC 8555, 6.7) that an operator acts on differently, and two of ours."""


NO_ADDRESS = re.compile(r"could not resolve|No valid IP addresses|NXDOMAIN|SERVFAIL|DNS problem")

WITHOUT_ANSWER = (
    (r"CERTIFICATE_VERIFY_FAILED|SSLError|certificate verify failed", "tls-directory"),
    (r"ConnectionError|ConnectTimeout|ReadTimeout|Max retries exceeded|Connection refused", "directory-unreachable"),
    (r"requires external account binding", "externalAccountRequired"),  # certbot read it in the directory
)


def transport(output: str) -> str:
    return next((problem for words, problem in WITHOUT_ANSWER if re.search(words, output)), "other")


NOISE = re.compile(r"Saving debug log|Ask for help|An unexpected error occurred|Requesting a certificate|Simulating|"
                   r"Account registered|Renewing an existing|Some challenges have failed|^Hint:|^$")  # fmt: skip


def own_words(output: str) -> str:
    """What certbot says after its set phrases, the object addresses of Python left out."""
    where = re.search(r"host='([^']+)', port=(\d+)", output)
    why = re.search(r"\[Errno -?\d+\] ([^)\"]+)|certificate verify failed: ([^(]+)", output)
    if where and why:
        return f"{where[1]}:{where[2]}: {(why[1] or why[2]).strip()}"
    lines = [line.strip() for line in output.splitlines() if not NOISE.search(line.strip())]
    return re.sub(r"<[\w.]+ object at 0x[0-9a-f]+>:? ?", "", " ".join(lines[-2:])) or "certbot gave no reason"


def asked_wait(log: str, error: str, at: datetime) -> float:
    """Retry-After of the last refusal (RFC 8555, 6.6), or the time that Let's Encrypt writes into its words."""
    answers = re.findall(r"Received response:\nHTTP (\d{3})\n((?:[^\n]+\n)*)", log)
    refusals = [head for code, head in answers if code in ("429", "503")]
    header = re.search(r"^Retry-After: *(.+)$", refusals[-1], re.MULTILINE | re.IGNORECASE) if refusals else None
    told = re.search(r"retry after (\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)", error)
    try:
        if header and header[1].strip().isdigit():
            return float(header[1])
        until = parsedate_to_datetime(header[1]) if header else moment(f"{told[1]}+00:00") if told else at
    except ValueError:
        return 0.0
    return max(0.0, (until - at).total_seconds())


def after_failure(entry: Entry, trouble: Trouble, at: datetime) -> Entry:
    ours = BACKOFF_SECONDS[min(entry.failures, len(BACKOFF_SECONDS) - 1)]
    state = State.WAITING if trouble.wait > ours else State.FAILED
    return replace(entry, state=state, failures=entry.failures + 1, problem=trouble.problem, error=trouble.error,
                   next_attempt=stamp(at + timedelta(seconds=max(ours, trouble.wait))))  # fmt: skip


# --- the certificate


def lifetime(chain: bytes) -> tuple[datetime, datetime]:
    """Start and end of the first certificate; cryptography is certbot's own dependency."""
    from cryptography import x509

    leaf = x509.load_pem_x509_certificate(chain)
    if hasattr(leaf, "not_valid_after_utc"):
        return leaf.not_valid_before_utc, leaf.not_valid_after_utc
    return leaf.not_valid_before.replace(tzinfo=UTC), leaf.not_valid_after.replace(tzinfo=UTC)


def hand_over(lineage: Path, home: Path) -> bool:
    """Puts the lineage's pair where the proxy reads it, by one rename; False when it is there already or not at all."""
    try:
        chain, key = (lineage / "fullchain.pem").read_bytes(), (lineage / "privkey.pem").read_bytes()
    except FileNotFoundError:
        return False
    live = home / "live"
    if [_read(live / "fullchain.pem"), _read(live / "privkey.pem")] == [chain, key]:
        return False
    version = digest(chain)[:16]
    write_atomic(home / version / "privkey.pem", key, 0o600)
    write_atomic(home / version / "fullchain.pem", chain, 0o644)
    link = home / ".live.new"
    link.unlink(missing_ok=True)
    link.symlink_to(version)
    link.replace(live)
    _forget(home, version)
    return True


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _forget(home: Path, version: str) -> None:
    others = [path for path in home.iterdir() if path.is_dir() and not path.is_symlink() and path.name != version]
    for path in sorted(others, key=lambda one: one.stat().st_mtime_ns, reverse=True)[KEPT:]:
        shutil.rmtree(path)


def next_check(begin: datetime, end: datetime, at: datetime) -> datetime:
    """Jitter, so that not all of an authority's clients come in the same minute."""
    seconds = min(CHECK_SECONDS, max(1.0, (end - begin).total_seconds() / CHECKS_PER_LIFETIME))
    return at + timedelta(seconds=seconds * random.uniform(0.9, 1.1))


# --- the loop


@dataclass
class Keeper:
    plan_path: Path
    places: Places = field(default_factory=Places)
    stop: threading.Event = field(default_factory=threading.Event)
    entries: dict[str, Entry] = field(default_factory=dict)
    child: subprocess.Popen[bytes] | None = None
    beaten: datetime | None = None

    def serve(self) -> None:
        self.entries = read_entries(self.places.status)
        while not self.stop.is_set():
            seen = self.signature()
            try:
                self.round(read_plan(self.plan_path))
            except (OSError, ValueError, KeyError, TypeError) as error:
                say(f"cannot work: {error}")
                self.rest(seen, now() + timedelta(seconds=BEAT_SECONDS))
                continue
            self.rest(seen, min(self.due(entry) for entry in self.entries.values()))
        say("stopped")

    def end(self, *_: object) -> None:
        """For SIGTERM: certbot gets time to tidy up, and its failure is not counted."""
        self.stop.set()
        if self.child is not None:
            self.child.terminate()

    def signature(self) -> tuple[int, int] | None:
        try:
            facts = self.plan_path.stat()
        except FileNotFoundError:
            return None
        return facts.st_ino, facts.st_mtime_ns

    def rest(self, seen: object, until: datetime) -> None:
        """Until the time has come, the plan has changed, or somebody asks; a clock that was set back counts too."""
        until = min(until, now() + timedelta(seconds=BACKOFF_SECONDS[-1]))
        while now() < until and self.signature() == seen and not self.places.ask_now.exists():
            self.beat()
            if self.stop.wait(LOOK_SECONDS):
                return

    def beat(self) -> None:
        if self.beaten is None or abs(now() - self.beaten) >= timedelta(seconds=BEAT_SECONDS):
            self.save()

    def save(self) -> None:
        self.beaten = now()
        told = {"heartbeat": stamp(self.beaten), "certificates": {n: asdict(e) for n, e in self.entries.items()}}
        write_atomic(self.places.status, (json.dumps(told, indent=2) + "\n").encode(), 0o644)

    def round(self, plan: Plan) -> None:
        asked = self.places.ask_now.exists()
        self.places.ask_now.unlink(missing_ok=True)
        self.entries = {one.name: self.remembered(plan, one) for one in plan.certificates}
        self.save()
        for certificate in plan.certificates:
            # what was issued before is served even while the authority cannot be asked
            self.deliver(plan, certificate)
            entry = self.entries[certificate.name]
            if not self.stop.is_set() and (asked or self.due(entry) <= now()):
                self.entries[certificate.name] = self.ask(plan, certificate, entry)
                self.save()

    def remembered(self, plan: Plan, certificate: Certificate) -> Entry:
        """The entry as it was, or a new one when the plan is another or what was issued has gone."""
        entry = self.entries.get(certificate.name)
        mark = plan.fingerprint(certificate)
        gone = entry is not None and entry.state is State.ISSUED and not self.lineage(plan, certificate).exists()
        if entry is None or gone or entry.fingerprint != mark:
            return Entry(names=certificate.names, authority=plan.authority, fingerprint=mark)
        return entry

    def due(self, entry: Entry) -> datetime:
        return moment(entry.next_attempt) if entry.next_attempt else now()

    def lineage(self, plan: Plan, certificate: Certificate) -> Path:
        return self.places.data / "certbot" / plan.lineages / "live" / certificate.name

    def deliver(self, plan: Plan, certificate: Certificate) -> None:
        if hand_over(self.lineage(plan, certificate), self.places.site / certificate.name):
            say(f"{certificate.name}: certificate of {plan.authority} handed to the proxy")

    def ask(self, plan: Plan, certificate: Certificate, before: Entry) -> Entry:
        at = now()
        entry = replace(before, last_attempt=stamp(at))
        # were this process killed in the middle, its successor would not ask again at once
        self.entries[certificate.name] = replace(entry, next_attempt=stamp(at + timedelta(seconds=BACKOFF_SECONDS[0])))
        self.save()
        try:
            for reached, trouble in self.steps(plan, certificate, entry):
                entry = reached
                if self.stop.is_set():
                    return before
                if trouble:
                    return self.failed(certificate, entry, trouble)
            return self.succeeded(plan, certificate, entry)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            return self.failed(certificate, entry, Trouble("other", str(error)))

    def steps(self, plan: Plan, certificate: Certificate, entry: Entry) -> Iterator[tuple[Entry, Trouble | None]]:
        """Staging first where production counts failures, once for these names; then the certificate itself."""
        first = plan.directory == PRODUCTION and not self.lineage(plan, certificate).exists()
        if first and entry.rehearsed != entry.fingerprint:
            say(f"{certificate.name}: rehearsing with {urlsplit(STAGING).netloc}")
            trouble = self.run(plan, certificate, rehearsal=True)
            entry = entry if trouble else replace(entry, rehearsed=entry.fingerprint)
            yield entry, replace(trouble, error=f"staging: {trouble.error}") if trouble else None
        yield entry, self.run(plan, certificate)

    def run(self, plan: Plan, certificate: Certificate, *, rehearsal: bool = False) -> Trouble | None:
        command = arguments(plan, certificate, self.places, rehearsal=rehearsal)
        answer = self.certbot(plan, command)
        trouble = judge(answer, now()) if answer.code else None
        if trouble and trouble.problem == "badNonce" and not self.stop.is_set():
            # certbot itself tries a second nonce only once
            answer = self.certbot(plan, command)
            trouble = judge(answer, now()) if answer.code else None
        if trouble and not self.stop.is_set():
            for line in [line for line in answer.output.splitlines() if not NOISE.search(line.strip())][-15:]:
                say(f"| {line}")
        return trouble

    def certbot(self, plan: Plan, command: list[str]) -> Answer:
        with tempfile.TemporaryDirectory(dir=self.places.scratch) as work, open(Path(work, "output"), "w+b") as output:
            if plan.eab:
                write_atomic(Path(work, "eab.ini"), eab_options(Path(plan.eab).read_text()).encode(), 0o600)
                command = [*command, "--config", str(Path(work, "eab.ini"))]
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                          env=environment(plan, self.places))  # fmt: skip
            code = self.attend(self.child)
            self.child = None
            output.seek(0)
            log = _read(self.places.data / "certbot/logs/letsencrypt.log") or b""
            return Answer(code, output.read().decode(errors="replace"), log.decode(errors="replace"))

    def attend(self, child: subprocess.Popen[bytes]) -> int:
        """Its exit status, with the heart beating meanwhile."""
        end = now() + timedelta(seconds=CERTBOT_SECONDS)
        while True:
            try:
                return child.wait(LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                self.beat()
                if now() > end or self.stop.is_set():
                    child.terminate()

    def failed(self, certificate: Certificate, entry: Entry, trouble: Trouble) -> Entry:
        entry = after_failure(entry, trouble, now())
        say(f"{certificate.name}: failed ({entry.problem}), attempt {entry.failures}: {entry.error}; "
            f"next attempt {entry.next_attempt}, or at once: clawkit certs renew")  # fmt: skip
        return entry

    def succeeded(self, plan: Plan, certificate: Certificate, entry: Entry) -> Entry:
        begin, end = lifetime((self.lineage(plan, certificate) / "fullchain.pem").read_bytes())
        fresh = entry.not_after != stamp(end)
        self.deliver(plan, certificate)
        entry = replace(entry, state=State.ISSUED, error="", problem="", failures=0, not_after=stamp(end),
                        issued=entry.last_attempt if fresh else entry.issued,
                        next_attempt=stamp(next_check(begin, end, now()).replace(microsecond=0)))  # fmt: skip
        said = f"issued for {', '.join(certificate.names)}" if fresh else "not due for renewal"
        say(f"{certificate.name}: {said}, valid until {entry.not_after}; next look {entry.next_attempt}")
        return entry


def alive(status: Path) -> bool:
    try:
        beaten = moment(json.loads(status.read_text())["heartbeat"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return abs(now() - beaten) < timedelta(seconds=ALIVE_SECONDS)


def main(words: list[str]) -> int:
    if words == ["--alive"]:
        return 0 if alive(Places().status) else 1
    keeper = Keeper(Path(words[0]))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, keeper.end)
    keeper.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
