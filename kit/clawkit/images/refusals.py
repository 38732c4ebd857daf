"""What docker's words mean when a pull fails: only a registry out of reach may lead to a local build.

tests/unit/test_images_refusals.py holds the texts: those of dockerd 20.10 against docker-registry 2.8 and against a
server that answers each status were recorded; those of containerd's resolver (engine 29's default) were written
from knowledge, not recorded.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Refusal(StrEnum):
    UNREACHABLE = "registry not reachable"
    MISSING = "no such image in the registry"
    DENIED = "the registry refuses access"
    ARCHITECTURE = "not made for this machine's architecture"
    DISK_FULL = "disk full"
    OTHER = "pull failed"


# First match wins: a refusal is looked for before a fault of the network, because docker wraps the former in
# words of the latter ("Head … : denied").
PATTERNS: tuple[tuple[Refusal, str], ...] = (
    (Refusal.OTHER, r"docker daemon socket|connect to the docker daemon|docker\.sock"),
    (Refusal.DISK_FULL, r"no space left on device|disk quota exceeded"),
    (Refusal.ARCHITECTURE, r"no matching manifest|does not match the (specified|detected host) platform"
                           r"|image operating system .* cannot be used"),
    (Refusal.UNREACHABLE, r"toomanyrequests|too many requests|\b429\b|pull rate limit"),
    # what a company's proxy answers to CONNECT: Go hands its status text on, without a status
    (Refusal.UNREACHABLE, r"/v2/\S*: (forbidden|proxy authentication required)"),
    (Refusal.MISSING, r"manifest unknown|manifest for \S+ not found|name unknown|repository \S+ not found"
                      r"|http 404|unexpected status.*404|failed to resolve reference.*: not found"),
    (Refusal.DENIED, r"\bdenied\b|unauthorized|no basic auth credentials|authentication required"
                     r"|unexpected status.*40[13]|403 forbidden"),
    (Refusal.UNREACHABLE, r"no such host|dial tcp|dial udp|lookup \S+|connection refused|connection reset"
                          r"|network is unreachable|no route to host|i/o timeout|tls:|tls handshake|handshake timeout"
                          r"|x509:|certificate|client\.timeout|context deadline exceeded|request canceled"
                          r"|server misbehaving|temporary failure in name resolution|unexpected eof|: eof"
                          r"|proxyconnect|unexpected (http )?status.*\b5\d\d\b|\b50[0-4]\b"
                          r"|internal server error|bad gateway|service unavailable|gateway timeout"
                          r"|server gave http response to https client|timed out|net/http"),
)  # fmt: skip


SAYS = re.compile(r"lookup \S+ .*|dial tcp.*|x509:.*|tls: .*|net/http: .*|toomanyrequests.*|received unexpected.*")
"""Where the useful part of the message begins; before it come the method and the whole URL."""


def classify(words: str) -> Refusal:
    text = words.lower()
    for refusal, pattern in PATTERNS:
        if re.search(pattern, text):
            return refusal
    return Refusal.OTHER


def last_words(words: str, lines: int = 1) -> str:
    """The end of docker's output without its wrapping and without credentials in URLs."""
    kept = [line.strip() for line in words.replace("\r", "\n").splitlines() if line.strip()]
    said = [line for line in kept if not line.startswith("Using default tag")] or ["docker said nothing"]
    text = "\n".join(said[-lines:]).removeprefix("Error response from daemon: ")
    return re.sub(r"//[^/\s@]+@", "//***@", text)


def build_words(words: str) -> str:
    """What the failing step itself said last: BuildKit repeats the step's output between two rules."""
    excerpts = re.findall(r"(?ms)^------\n >[^\n]*\n(.*?)^------", words.replace("\n> [", "\n > ["))
    lines = [line for line in (excerpts[-1] if excerpts else "").splitlines() if line.strip()]
    return re.sub(r"^(#\d+ )?\d+\.\d+ ", "", lines[-1].strip()) if lines else last_words(words)


def brief(words: str) -> str:
    """The part after the URL that says what is wrong: `lookup registry.example: no such host`."""
    text = last_words(words)
    found = SAYS.search(text)
    told = (found[0] if found else text).removeprefix("dial tcp: ")
    return re.sub(r"(lookup \S+) on \S+?: ", r"\1: ", told)[:200]
