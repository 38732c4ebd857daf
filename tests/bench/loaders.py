"""The programs that make the load, and what they say of it."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
SPARE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Heard:
    requests: float
    """Per second."""
    p50: float
    p99: float
    errors: int


def wrk(command: list[str], url: str, *, connections: int, seconds: int, close: bool = False) -> Heard:
    """`command`: the words before wrk, such as nsenter's. `close`: a new connection for each request."""
    threads = min(2, connections)
    more = ["-H", "Connection: close"] if close else []
    told = output([*command, "wrk", "--latency", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", *more, url],
                  seconds)  # fmt: skip
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", told)
    # with «close», wrk counts the end of each connection as a read error
    counted = [int(one) for at, one in enumerate(broken.groups()) if not (close and at == 1)] if broken else []
    errors = sum(counted) + (int(refused[1]) if refused else 0)
    return Heard(float(one(r"Requests/sec:\s+([\d.]+)", told)), percentile(told, 50), percentile(told, 99), errors)


def percentile(told: str, which: int) -> float:
    found = re.search(rf"^\s+{which}%\s+([\d.]+)(us|ms|s|m)", told, re.MULTILINE)
    if not found:
        raise RuntimeError(f"wrk tells no {which}th percentile: {told}")
    return float(found[1]) * SECONDS[found[2]]


def h2load(command: list[str], url: str, *, connections: int, seconds: int) -> float:
    """Requests per second over HTTP/2, ten streams to a connection."""
    told = output([*command, "h2load", f"-c{connections}", "-m10", "-t1", f"-D{seconds}", url], seconds)
    if "Application protocol: h2" not in told:
        raise RuntimeError(f"no HTTP/2 from {url}: {told}")
    return float(one(r"finished in [^,]+, ([\d.]+) req/s", told))


def output(command: list[str], seconds: int) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + SPARE_SECONDS)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout


def one(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if not found:
        raise RuntimeError(f"no {pattern} in {text}")
    return found[1]
