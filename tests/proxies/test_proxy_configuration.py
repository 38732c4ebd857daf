"""Every rendered variant is accepted by every version without a word of warning, and holds the promised limits."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clawkit.stack import READ_TIMEOUT_SECONDS
from clawkit.tls.pair import Pair

from . import samples
from .conftest import Sandbox, build
from .programs import Program

ADAPTER = ("--config", "/etc/clawkit/Caddyfile", "--adapter", "caddyfile")
CHECK = {"nginx": ("-t",), "caddy": ("validate", *ADAPTER)}
VERSION = {"nginx": "-v", "caddy": "version"}


@pytest.fixture
def sandbox(program: Program, authority: Pair, tmp_path: Path, variant: str) -> Iterator[Sandbox]:
    stack = samples.stack(program.proxy, program.version, **samples.VARIANTS[variant])
    with build(stack, program, authority, tmp_path) as made:
        yield made


@pytest.mark.parametrize("variant", samples.VARIANTS)
def test_every_variant_is_accepted(sandbox: Sandbox) -> None:
    printed = sandbox.run(*CHECK[sandbox.program.proxy])
    assert "deprecated" not in printed
    assert not re.search(r"\[(warn|error|crit|alert|emerg)\]", printed)


@pytest.mark.parametrize("variant", ["localhost"])
def test_the_program_is_the_version_it_is_taken_for(sandbox: Sandbox) -> None:
    assert sandbox.program.version in sandbox.run(VERSION[sandbox.program.proxy])


@pytest.mark.parametrize("variant", ["localhost"])
def test_a_long_answer_is_not_cut_short(sandbox: Sandbox) -> None:
    if sandbox.program.proxy == "nginx":
        found = set(re.findall(r"proxy_(?:read|send)_timeout\s+(\w+);", sandbox.run("-T")))
        own_question = "5s"  # of hold.js to /startupz
        assert found == {f"{READ_TIMEOUT_SECONDS}s", own_question}
    else:
        transports = list(values(adapted(sandbox), "transport"))
        limits = {transport[key] for transport in transports
                  for key in ("read_timeout", "write_timeout", "response_header_timeout")}  # fmt: skip
        assert limits == {READ_TIMEOUT_SECONDS * 10**9}


@pytest.mark.parametrize("variant", ["localhost", "acme"])
def test_caddy_asks_the_gateway_for_somebody_and_opens_no_quic(sandbox: Sandbox) -> None:
    """A check without an address in X-Forwarded-For would be answered 403, and Caddy's answer to everybody 503."""
    if sandbox.program.proxy == "nginx":
        assert "quic" not in sandbox.run("-T")
        return
    tree = adapted(sandbox)
    checks = list(values(tree, "health_checks"))
    assert checks
    assert all(check["active"]["headers"] == {"X-Forwarded-For": ["192.0.2.254"]} for check in checks)
    protocols = list(values(tree, "protocols"))
    assert protocols
    assert all(value == ["h1", "h2"] for value in protocols)


@pytest.mark.parametrize("variant", ["acme"])
def test_a_public_domain_gets_hsts_once(sandbox: Sandbox) -> None:
    name = {"nginx": "nginx.conf", "caddy": "Caddyfile"}[sandbox.program.proxy]
    text = (sandbox.namespace.root.parent / "files" / name).read_text()
    assert text.count("max-age=5184000") == 1


@pytest.mark.parametrize("variant", samples.VARIANTS)
def test_gixy_finds_nothing_of_weight(sandbox: Sandbox) -> None:
    if sandbox.program.proxy == "caddy":
        assert_formatted(sandbox)
        return
    file = sandbox.namespace.root.parent / "files/nginx.conf"
    # it would have HSTS everywhere; the kit sends it only where a browser can trust the certificate for good
    found = subprocess.run([str(Path(sys.executable).with_name("gixy")), "--skips", "hsts_header", "-f", "json", file],
                           capture_output=True, text=True, timeout=30)  # fmt: skip
    assert found.stdout, found.stderr
    assert [issue for issue in json.loads(found.stdout) if issue["severity"] in ("MEDIUM", "HIGH")] == []


def assert_formatted(sandbox: Sandbox) -> None:
    """Caddy's counterpart of a linter: it complains in the log about a file that `caddy fmt` would change."""
    text = (sandbox.namespace.root.parent / "files/Caddyfile").read_text()
    assert sandbox.run("fmt", "/etc/clawkit/Caddyfile") == text


def adapted(sandbox: Sandbox) -> Any:
    printed = sandbox.run("adapt", *ADAPTER)
    return json.loads(next(line for line in printed.splitlines() if line.startswith('{"') and '"apps"' in line))


def values(tree: Any, key: str) -> Iterator[Any]:
    """Every value under this key, however deep."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key:
                yield value
            yield from values(value, key)
    elif isinstance(tree, list):
        for value in tree:
            yield from values(value, key)
