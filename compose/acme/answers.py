"""What certbot's answers mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from moments import moment


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    output: str
    log: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    problem: str
    error: str
    wait: float = 0.0
    """Seconds that the authority asked for; 0 when it named none."""


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
