"""The rendered trees as they lie in tests/golden, so that a change of a template is seen in every review.

`CLAWKIT_GOLDEN=rewrite pytest tests/unit/test_golden.py` writes them anew; `git diff` shows what that changed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from clawkit.render import render
from clawkit.settings.model import Settings
from clawkit.stack import Image, Images, Stack, assemble

GOLDEN = Path(__file__).parents[1] / "golden"
NEW = {"caddy": "2.11.4", "nginx": "1.30.4"}
OLD = {"caddy": "2.6.2", "nginx": "1.22.1"}
PORTS = {"domain": "claw.test", "http_port": 8080, "https_port": 8443}
TWO = {"domain": "claw.test", "gateways": ({"name": "team", "domain": "team.test"},)}
PROGRAMS = (".sh", ".mjs", ".py", ".js", ".html")
ADOPTED = {"domain": "claw.test",
           "gateways": ({"name": "cell", "domain": "cell.test", "upstream": "http://172.17.0.1:19100"},)}  # fmt: skip
OWN = {"domain": "claw.test", "model": "openai/gpt-5", "model_key_file": "openai.key", "gateways": (
    {"name": "alice", "domain": "alice.test", "openclaw": "2026.8.2", "gateway_memory": "4g", "gateway_cpus": 1.0,
     "gateway_pids": 256, "model": "anthropic/claude", "model_key_file": "anthropic.key"},
    {"name": "bob", "domain": "bob.test"},
)}  # fmt: skip
PEBBLE = {"domain": "claw.test", "acme_directory": "https://ca.test/dir", "acme_ca": "ca.pem", "acme_eab": "eab"}

WILDCARD = {"domain": "claw.example.com", "acme_challenge": "dns-01", "dns_hook": "hook",
            "acme_wildcard": "example.com",
            "gateways": ({"name": "team", "domain": "team.example.com"},
                         {"name": "deep", "domain": "a.b.example.com"})}  # fmt: skip

VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    f"{proxy}-{variant}": (version[proxy], {"proxy": proxy, **settings})
    for proxy in ("caddy", "nginx")
    for variant, version, settings in (
        ("localhost", NEW, {}),
        ("old", OLD, {}),
        ("domain-ports", NEW, PORTS),
        ("two-gateways", NEW, TWO),
        ("adopted", NEW, ADOPTED),
        ("address", NEW, {"domain": "192.168.1.10"}),
        ("acme", NEW, {"domain": "claw.example.com", "email": "someone@example.com"}),
        ("acme-private", NEW, PEBBLE),
        ("wildcard", NEW, WILDCARD),
        ("files", NEW, {"domain": "claw.example.com", "tls_cert": "claw.pem", "tls_key": "claw.key"}),
        ("off", NEW, {"domain": "claw.test", "tls": "off", "front_proxy": "10.0.0.5", "http_port": 8080}),
        ("model", NEW, {"model": "own/thinker", "model_url": "http://10.0.0.5:8000/v1", "model_key_file": "model.key"}),
        ("swarm", NEW, {**TWO, "engine": "swarm", "http_port": 8080}),
        ("own", NEW, OWN),
        ("swarm-own", NEW, {**OWN, "engine": "swarm"}),
        ("swarm-acme", NEW, {**PEBBLE, "engine": "swarm"}),
        (
            "swarm-dns",
            NEW,
            {"domain": "claw.example.com", "engine": "swarm", "acme_challenge": "dns-01", "dns_rfc2136": "tsig.ini"},
        ),
        ("aliases", NEW, {"domain": "claw.test", "aliases": "www.claw.test www2.claw.test"}),
    )
}


def stack(version: str, settings: dict[str, Any]) -> Stack:
    proxy = settings["proxy"]
    images = Images(gateway=Image("clawkit/openclaw:2026.9.6-golden", "2026.9.6", "built"),
                    proxy=Image(f"clawkit/{proxy}:{version}-golden", version, "built"),
                    certbot=Image("clawkit/certbot:5.8.0-golden", "5.8.0", "built"),
                    own={"alice": Image("clawkit/openclaw:2026.8.2-golden", "2026.8.2", "built")})  # fmt: skip
    return assemble(Settings(**settings), folder_name="golden", pool="10.77.0.0/21", images=images,
                    migrates_connections=version in NEW.values())  # fmt: skip


def tree(variant: str) -> dict[str, str]:
    """Without the files that are copied as they are: those have a place of their own in the repository."""
    files = render(stack(*VARIANTS[variant]))
    return {path: text for path, text in files.items() if not path.endswith(PROGRAMS)}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_render_is_what_it_was(variant: str) -> None:
    folder = GOLDEN / variant
    if os.environ.get("CLAWKIT_GOLDEN") == "rewrite":
        write(folder, tree(variant))
    kept = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert tree(variant) == kept


def test_no_golden_tree_is_left_behind() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(VARIANTS)


def write(folder: Path, files: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
