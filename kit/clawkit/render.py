"""Turns a Stack into the files of a deployment; pure, and the only user of jinja2."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clawkit import __version__, cachefolder, certificates, features
from clawkit.files import templates_root as templates_root
from clawkit.model_entry import entries
from clawkit.stack import Gateway, Stack
from clawkit.wares import Wares

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.bccache import Bucket

STAMP = f"rendered by clawkit {__version__}"
VERIFY = "compose/verify/fake_model.py"
STATIC = ("compose/gateway/start.sh", "compose/gateway/seed.mjs", "compose/gateway/health.mjs")
RENEWAL = ("renew.py", "answers.py", "certificate.py", "command.py", "entry.py", "files.py", "journal.py", "keeper.py",
           "moments.py", "orders.py", "places.py", "plan.py", "program.py", "schedule.py")  # fmt: skip
"""renew.py and the modules that it loads from its own folder."""


def render(stack: Stack, own: Mapping[str, str] | None = None) -> dict[str, str]:
    """Relative path -> text of every file that Docker and the proxy get; holds no secret.

    `own`: files of the user's that lie among them or in the place of one; a change of theirs is noticed as well.
    """
    files = {f"gateway/bin/{Path(name).name}": _static(name) for name in STATIC}
    files["verify/fake_model.py"] = _static(VERIFY)
    for gateway in stack.gateways:
        files[f"gateway/{gateway.name}/openclaw.json"] = openclaw_json(stack, gateway)
    files.update(proxy_files(stack))
    if program := _program(stack):
        files[f"proxy/{stack.proxy}/{program}"] = _static(f"proxies/{stack.proxy}/{program}")
    if stack.certbot:
        files.update({f"acme/bin/{name}": _static(f"compose/acme/{name}") for name in RENEWAL})
        files["acme/plan.json"] = acme_plan(stack)
    if stack.swarm and stack.acme_waits:
        files |= _announced(stack)
    mounted = {**files, **(own or {})}
    generation = _digest(_under("proxy/", mounted))
    if stack.swarm:
        return {**files, "stack.yaml": fill("compose/stack.yaml.j2", stack, w=Wares(stack, mounted))}
    files["compose.yaml"] = fill("compose/compose.yaml.j2", stack, digests=_digests(stack, mounted))
    if stack.certbot:
        files["acme/plan.json"] = acme_plan(stack, generation)
    files[generation_path(stack)] = generation + "\n"
    return files


def generation_path(stack: Stack) -> str:
    """The last file to be written: when it changes, the running proxy takes up all that lies beside it (run.sh)."""
    return f"proxy/{stack.proxy}/generation"


def _program(stack: Stack) -> str:
    """What runs the proxy and reloads it; on a Swarm files never change, but addresses and certificates do."""
    if not stack.swarm:
        return "run.sh"
    if stack.proxy == "nginx":
        return "names.sh"
    return "certificates.sh" if stack.certbot else ""


def _announced(stack: Stack) -> dict[str, str]:
    """Swarm: which names a proxy knows, as it will say of itself. Not the whole of its configuration: what says the
    same names needs no other acme container."""
    known = _digest([name for gateway in stack.sites for name in gateway.names])
    return {"acme/plan.json": acme_plan(stack, known), generation_path(stack): known + "\n"}


def _static(name: str) -> str:
    return (templates_root() / name).read_text()


def acme_plan(stack: Stack, generation: str = "") -> str:
    """What the acme container is to do, read by compose/acme/plan.py, once the proxy serves that generation."""
    settings = stack.settings
    plan = {
        "directory": stack.acme_directory,
        "ca": "/acme/ca.pem" if settings.acme_ca else "",
        "email": settings.email,
        "challenge": settings.acme_challenge,
        "profile": settings.acme_profile,
        "hook": "/acme/hook" if settings.dns_hook else "",
        "rfc2136": "/run/secrets/dns-rfc2136" if settings.dns_rfc2136 else "",
        "wait": settings.dns_wait,
        "eab": "/run/secrets/acme-eab" if settings.acme_eab else "",
        "generation": generation,
        "certificates": [
            {"name": one.name, "names": list(one.names), **({"sites": list(one.sites)} if one.shared else {})}
            for one in certificates.ordered(stack)
        ],
    }
    return json.dumps(plan, indent=2) + "\n"


PROXY_FILES = {"caddy": ("Caddyfile",), "nginx": ("nginx.conf",)}
PROXY_STATIC = {"caddy": ("unavailable.html",), "nginx": ("unavailable.html", "nginx/hold.js")}
OWN_LINES = {
    "caddy": ("global.d/00-readme.caddy", "site.d/00-readme.caddy"),
    "nginx": ("http.d/00-readme.conf", "site.d/00-readme.conf"),
}
"""One explaining file in each folder for the user's own lines (see snippets.py)."""


def proxy_files(stack: Stack) -> dict[str, str]:
    """What is mounted into the proxy, without the program that runs it."""
    kind = stack.proxy
    files = {f"proxy/{kind}/{name}": fill(f"proxies/{kind}/{name}.j2", stack) for name in PROXY_FILES[kind]}
    files |= {f"proxy/{kind}/{Path(name).name}": _static(f"proxies/{name}") for name in PROXY_STATIC[kind]}
    return files | {f"proxy/{kind}/{name}": _static(f"proxies/{kind}/{name}") for name in OWN_LINES[kind]}


def fill(template: str, stack: Stack, **more: Any) -> str:
    return environment().get_template(template).render(
        s=stack, settings=stack.settings, f=features.of(stack), stamp=STAMP, **more
    )  # fmt: skip


def page(template: str, **values: Any) -> str:
    """A page of HTML; it shows what servers said, so unlike the configuration files every value is escaped."""
    return environment().overlay(autoescape=True).get_template(template).render(**values)


@cache
def environment() -> Environment:
    from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined

    class Kept(FileSystemBytecodeCache):
        def dump_bytecode(self, bucket: Bucket) -> None:
            with suppress(OSError):  # a full disk costs time, not the render
                super().dump_bytecode(bucket)

    # compiling the templates takes longer than filling them; jinja2 looks whether the source is the same
    kept = cachefolder.ours(os.environ)
    return Environment(
        bytecode_cache=Kept(str(kept)) if kept else None,
        loader=FileSystemLoader(templates_root()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # the files are configuration, not HTML; every value in them was validated as Settings
    )


def openclaw_json(stack: Stack, gateway: Gateway) -> str:
    """The keys of openclaw.json that the kit owns; seed.mjs merges them into the user's file at each start."""
    owned: dict[str, Any] = {
        "gateway": {
            "mode": "local",
            "bind": "lan",
            "port": 18789,
            "auth": {
                "mode": "token",
                "token": {"source": "file", "provider": "clawkit", "id": "value"},
                # the built-in defaults; OpenClaw's own audit warns unless they are written out
                "rateLimit": {"maxAttempts": 10, "windowMs": 60000, "lockoutMs": 300000, "exemptLoopback": True},
            },
            "trustedProxies": [gateway.proxy_address],
            "allowRealIpFallback": False,
            "publicOrigin": gateway.origin,
            "controlUi": {"enabled": True, "allowedOrigins": [gateway.origin]},
            "http": {"endpoints": {"chatCompletions": {"enabled": stack.settings.chat_api}}},
        },
        "secrets": {
            "providers": {"clawkit": {"source": "file", "path": "/run/clawkit/gateway.token", "mode": "singleValue"}}
        },
        "discovery": {"mdns": {"mode": "off"}},
    }
    named = entries(gateway.settings)
    owned["secrets"]["providers"] |= named.pop("secrets", {}).get("providers", {})
    return json.dumps(owned | named, indent=2) + "\n"


def _digests(stack: Stack, files: Mapping[str, str]) -> dict[str, str]:
    """Hash per service of the files that only a new container takes up, so that `docker compose up` alone notices."""
    shared = _under("gateway/bin/", files)
    found = {g.service: _digest([*shared, files[f"gateway/{g.name}/openclaw.json"]]) for g in stack.gateways}
    found["proxy"] = _digest([files[f"proxy/{stack.proxy}/{_program(stack)}"]])
    # not its plan, which it reads again when that changes: a new container would break off an order that has begun
    found["acme"] = _digest(_under("acme/bin/", files))
    return found


def _under(folder: str, files: Mapping[str, str]) -> list[str]:
    return [text for path, text in sorted(files.items()) if path.startswith(folder)]


def _digest(texts: list[str]) -> str:
    return sha256("\0".join(texts).encode()).hexdigest()[:16]
