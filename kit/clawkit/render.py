"""Turns a Stack into the files of a deployment; pure, and the only user of jinja2."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clawkit import __version__, features
from clawkit.stack import Gateway, Stack

if TYPE_CHECKING:
    from jinja2 import Environment

STAMP = f"rendered by clawkit {__version__}"
VERIFY = "compose/verify/fake_model.py"
STATIC = ("compose/gateway/start.sh", "compose/gateway/seed.mjs")
RENEWAL = ("renew.py", "answers.py", "certificate.py", "command.py", "entry.py", "files.py", "journal.py", "keeper.py",
           "moments.py", "orders.py", "places.py", "plan.py", "program.py", "schedule.py")  # fmt: skip
"""renew.py and the modules that it loads from its own folder."""


def templates_root() -> Path:
    """The templates of the installed package, or those of the checkout."""
    packaged = Path(__file__).parent / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[2]


def render(stack: Stack) -> dict[str, str]:
    """Relative path -> text of every file that Docker and the proxy get; holds no secret."""
    files = {f"gateway/bin/{Path(name).name}": _static(name) for name in STATIC}
    files["verify/fake_model.py"] = _static(VERIFY)
    for gateway in stack.gateways:
        files[f"gateway/{gateway.name}/openclaw.json"] = openclaw_json(stack, gateway)
    for name in PROXY_FILES[stack.proxy]:
        files[f"proxy/{stack.proxy}/{name}"] = fill(f"proxies/{stack.proxy}/{name}.j2", stack)
    if stack.watches_certificates:
        files[f"proxy/{stack.proxy}/run.sh"] = _static(f"proxies/{stack.proxy}/run.sh")
    if stack.certbot:
        files.update({f"acme/bin/{name}": _static(f"compose/acme/{name}") for name in RENEWAL})
        files["acme/plan.json"] = acme_plan(stack)
    files["compose.yaml"] = fill("compose/compose.yaml.j2", stack, digests=_digests(stack, files))
    return files


def _static(name: str) -> str:
    return (templates_root() / name).read_text()


def acme_plan(stack: Stack) -> str:
    """What the acme container is to do, read by compose/acme/plan.py."""
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
        "certificates": [{"name": gateway.name, "names": list(gateway.names)} for gateway in stack.gateways],
    }
    return json.dumps(plan, indent=2) + "\n"


PROXY_FILES = {"caddy": ("Caddyfile",), "nginx": ("nginx.conf",)}


def fill(template: str, stack: Stack, **more: Any) -> str:
    return environment().get_template(template).render(
        s=stack, settings=stack.settings, f=features.of(stack), stamp=STAMP, **more
    )  # fmt: skip


def page(template: str, **values: Any) -> str:
    """A page of HTML; it shows what servers said, so unlike the configuration files every value is escaped."""
    return environment().overlay(autoescape=True).get_template(template).render(**values)


@cache
def environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(templates_root()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # the files are configuration, not HTML; every value in them was validated as Settings
    )


def openclaw_json(stack: Stack, gateway: Gateway) -> str:
    """The keys of openclaw.json that the kit owns; seed.mjs merges them into the user's file at each start."""
    owned = {
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
    return json.dumps(owned, indent=2) + "\n"


def _digests(stack: Stack, files: dict[str, str]) -> dict[str, str]:
    """Hash per service of the files mounted into it, so that `docker compose up` alone notices a change."""
    shared = [text for path, text in sorted(files.items()) if path.startswith("gateway/bin/")]
    found = {g.service: _digest([*shared, files[f"gateway/{g.name}/openclaw.json"]]) for g in stack.gateways}
    found["proxy"] = _digest([text for path, text in sorted(files.items()) if path.startswith("proxy/")])
    found["acme"] = _digest([text for path, text in sorted(files.items()) if path.startswith("acme/")])
    return found


def _digest(texts: list[str]) -> str:
    return sha256("\0".join(texts).encode()).hexdigest()[:16]
