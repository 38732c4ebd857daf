"""Breaking a healthy stack on purpose, one way at a time, and healing it again."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clawkit.check import Outcome, Result
from clawkit.testing import OpenClawStack
from clawkit.verify.registry import CHECKS
from conftest import docker

DEEP = {check.id for check in CHECKS if check.deep}


def outcomes(stack: OpenClawStack) -> dict[str, Outcome]:
    return {result.id: result.outcome for result in stack.verify()}


def result(stack: OpenClawStack, check: str) -> Result:
    """Of a run of everything, so that a check which fails first shows; of a deep check, of it alone."""
    found = [one for one in (*stack.verify(), *(stack.verify(check) if check in DEEP else ())) if one.id == check]
    return found[0]


def failing(stack: OpenClawStack) -> set[str]:
    return {name for name, outcome in outcomes(stack).items() if outcome is not Outcome.OK}


@contextmanager
def changed(path: Path, changes: dict[str, str]) -> Iterator[None]:
    """The file with each key replaced by its value, in place so that a mount sees it; as it was afterwards."""
    before = after = path.read_text()
    for old, new in changes.items():
        assert old in after, f"{old!r} is not in {path}"
        after = after.replace(old, new)
    path.write_text(after)
    try:
        yield
    finally:
        path.write_text(before)


SETTLE_SECONDS = 15.0


def settled(stack: OpenClawStack, expected: set[str]) -> set[str]:
    """What fails, once it is what was expected or the time is up: the gateway takes up a changed file by itself."""
    end = time.monotonic() + SETTLE_SECONDS
    while (found := failing(stack)) != expected and time.monotonic() < end:
        pass
    return found


def workers(stack: OpenClawStack) -> set[str]:
    lines = docker("top", stack.container("proxy"), "-eo", "pid,args").splitlines()
    return {line.split()[0] for line in lines if line.endswith("nginx: worker process")}


def reload(stack: OpenClawStack) -> None:
    """As `nginx -s reload` and `caddy reload` do; a broken configuration fails here."""
    before = workers(stack)
    _reload(stack)
    end = time.monotonic() + SETTLE_SECONDS
    # nginx -s only sends a signal: the old workers answer until the new ones are there
    while before & workers(stack):
        assert time.monotonic() < end, "nginx did not take up the changed configuration"


def _reload(stack: OpenClawStack) -> None:
    commands = {
        "nginx": ("nginx", "-e", "stderr", "-c", "/etc/clawkit/nginx.conf", "-s", "reload"),
        "caddy": ("caddy", "reload", "--force", "--config", "/etc/clawkit/Caddyfile", "--adapter", "caddyfile"),
    }
    docker("exec", stack.container("proxy"), *commands[stack.stack.proxy])


@contextmanager
def proxy_with(stack: OpenClawStack, changes: dict[str, str]) -> Iterator[None]:
    """The running proxy with changes in its configuration."""
    name = {"nginx": "nginx.conf", "caddy": "Caddyfile"}[stack.stack.proxy]
    path = stack.folder / "stack/proxy" / stack.stack.proxy / name
    try:
        with changed(path, changes):
            reload(stack)
            yield
    finally:
        reload(stack)


CONFIG = "/home/node/.openclaw/openclaw.json"


RELOADED = "config hot reload applied"


def taken_up(stack: OpenClawStack, command: tuple[str, ...]) -> None:
    """Runs a command that changes openclaw.json, and waits until the gateway says that it has taken it up.

    A second change before that is never noticed by gateway 2026.9.6 (seen: no reload within 15 s).
    """
    before = reloads(stack)
    docker("exec", stack.container("gateway"), *command)
    end = time.monotonic() + SETTLE_SECONDS
    while reloads(stack) == before:
        assert time.monotonic() < end, "the gateway did not take up its changed configuration"


def reloads(stack: OpenClawStack) -> int:
    both = subprocess.run(["docker", "logs", stack.container("gateway")], capture_output=True, text=True, timeout=30)
    return (both.stdout + both.stderr).count(RELOADED)


@contextmanager
def gateway_with(stack: OpenClawStack, change: str) -> Iterator[None]:
    """The gateway's openclaw.json after a line of JavaScript on `c`; the gateway takes it up while it runs."""
    program = (
        f"const f=require('fs'),p='{CONFIG}',b=f.readFileSync(p);f.writeFileSync('/tmp/before',b);"
        f"const c=JSON.parse(b);{change};f.writeFileSync(p,JSON.stringify(c))"
    )
    taken_up(stack, ("node", "-e", program))
    try:
        yield
    finally:
        taken_up(stack, ("cp", "/tmp/before", CONFIG))


def put(stack: OpenClawStack, path: str, text: str) -> None:
    """A file in the proxy's container, whose root is read-only but for /tmp."""
    subprocess.run(["docker", "exec", "-i", stack.container("proxy"), "sh", "-c", 'cat > "$0"', path], input=text,
                   text=True, check=True, capture_output=True, timeout=30)  # fmt: skip


def compose(stack: OpenClawStack, *words: str) -> None:
    folder = stack.folder / "stack"
    subprocess.run(["docker", "compose", *words], cwd=folder, check=True, capture_output=True, timeout=120)
